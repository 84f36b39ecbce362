//! `kubectl get`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/get/get.go.

use super::sorting::is_less;
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::follow::{Follower, Outcome, RowPrinter, Rows, Task};
use crate::kubectl::io::Io;
use crate::kubectl::print::table::{Shown, TablePrinter};
use crate::kubectl::print::{Format, JsonPath, Printer, list_of};
use crate::kubectl::resources::{
    self, Accepts, Selected, Selection, get, listing_refused, pages, path, query, request_for,
    select,
};
use crate::kubectl::text::fill;
use crate::kubectl::types::{Type, qualified};
use crate::object;
use crate::sort;
use crate::time::Duration;
use crate::value::{Text, Value};

pub(super) const FLAGS: &str = "all-namespaces/A:b allow-missing-template-keys:b chunk-size:i field-selector:s \
filename/f:l ignore-not-found:b kustomize/k:s! label-columns/L:l no-headers:b output/o:s output-watch-events:b raw:s \
recursive/R:b selector/l:s server-print:b show-kind:b show-labels:b show-managed-fields:b sort-by:s subresource:s! \
template:s watch/w:b watch-only:b";

pub(super) fn run(io: &mut Io, flags: &Flags) -> Done {
    let watches = flags.is("watch") || flags.is("watch-only");
    if flags.has("raw") {
        return raw(io, flags);
    }
    if flags.args.is_empty() && !flags.has("filename") && !watches {
        io.print_error(
            "You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of \
             supported resources.\n\n",
        );
        let text = "Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description \
                    of that resource (e.g. kubectl explain pods).";
        return Err(Failure::usage(text, "get").into());
    }
    if flags.is("output-watch-events") && !flags.is("watch") && !flags.is("watch-only") {
        let text = "--output-watch-events option can only be used with --watch or --watch-only";
        return Err(Failure::client(text).into());
    }
    let output = flags.text("output");
    if flags.is("show-labels") && !matches!(output, "" | "wide") {
        let text = fill(
            "--show-labels option cannot be used with {} printer",
            &[output],
        );
        return Err(Failure::own(text).into());
    }
    let format = Format::of(flags, true)?;
    let accepts = Accepts {
        all: true,
        single_type: watches,
    };
    let selection = select(io, flags, &flags.args, accepts)?;
    if watches {
        return watch(io, flags, &selection, format);
    }
    match format {
        Format::Human { wide } => tables(io, flags, &selection, wide),
        Format::Objects(printer) => objects(io, flags, &selection, printer),
    }
}

/// upstream: GetOptions.Validate, rawhttp.RawGet.
fn raw(io: &mut Io, flags: &Flags) -> Done {
    let address = flags.text("raw");
    let refused = |text: &str| Err(Failure::client(text).into());
    if !flags.args.is_empty() {
        return refused("arguments may not be passed when --raw is specified");
    }
    if ["watch", "watch-only", "selector"]
        .iter()
        .any(|it| flags.has(it))
    {
        return refused(
            "--raw may not be specified with other flags that filter the server request or alter the output",
        );
    }
    if flags.has("output") {
        return refused("--raw and --output are mutually exclusive");
    }
    if !address.starts_with('/') && !address.contains("://") {
        let text = "--raw must be a valid URL path: parse \"{}\": invalid URI for request";
        return Err(Failure::say(text, &[address]).into());
    }
    let (path, pairs) = address.split_once('?').unwrap_or((address, ""));
    let mut request = get(path.into());
    for pair in pairs.split('&').filter(|it| !it.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        request.query.push((name.into(), value.into()));
    }
    let body = io.json(request)?;
    let text = if body.text().is_some() {
        body.to_string()
    } else {
        body.to_json()
    };
    io.print(text);
    Ok(())
}

/// What a request gave: a Table or an object, of this type.
struct Found {
    of: Type,
    value: Value,
    is_list: bool,
}

fn fetch(
    io: &mut Io,
    flags: &Flags,
    selection: &Selection,
    as_table: bool,
    failures: &mut Failures,
) -> Done<Vec<Found>> {
    let mut found = Vec::new();
    let many = selection.selected.len() > 1;
    for selected in &selection.selected {
        let of = selected.of();
        let is_list = matches!(selected, Selected::All(_));
        let mut request = request_for(selected, selection);
        request.as_table = as_table;
        let sorts = !flags.text("sort-by").is_empty();
        let limit = match flags.text("chunk-size") {
            _ if sorts => "",
            "" if !flags.has("chunk-size") => "500",
            limit => limit,
        };
        if as_table && sorts {
            request = query(request, "includeObject", "Object");
        }
        let values = if is_list {
            let refused = |it| listing_refused(it, of, selection);
            pages(io, &request, limit).map_err(|it| it.map(refused))
        } else {
            io.json(request).map(|it| vec![it])
        };
        let values = failures.catch(values)?.into_iter().flatten();
        found.extend(values.map(|value| Found { of, value, is_list }));
    }
    failures.0.extend(selection.failures.iter().cloned());
    if flags.is("ignore-not-found") {
        failures.0.retain(|it| !it.is_not_found());
    }
    // differs: a type this cluster lacks is found missing here, not by discovery.
    for failure in &mut failures.0 {
        if failure.is_not_found()
            && failure
                .message()
                .ends_with("could not find the requested resource")
            && let Some(selected) = selection.selected.first().filter(|_| !many)
        {
            let plural = selected.of().plural;
            *failure = Failure::say("the server doesn't have a resource type \"{}\"", &[plural]);
        }
    }
    let all = |it: &Text| it.split(',').any(|it| it == "all");
    if many && flags.args.first().is_some_and(all) {
        let missing = |it: &Failure| {
            it.message()
                .ends_with("could not find the requested resource")
        };
        failures.0.retain(|it| !missing(it));
    }
    Ok(found)
}

fn shown(flags: &Flags, namespace: bool, of: Type, wide: bool, with_kind: bool) -> Shown {
    Shown {
        wide,
        no_headers: flags.is("no-headers"),
        namespace,
        labels: flags.is("show-labels"),
        label_columns: flags.all("label-columns").cloned().collect(),
        kind: if with_kind || flags.is("show-kind") {
            qualified(of)
        } else {
            String::new()
        },
    }
}

fn tables(io: &mut Io, flags: &Flags, selection: &Selection, wide: bool) -> Done {
    let mut failures = Failures::default();
    let mut found = fetch(io, flags, selection, true, &mut failures)?;
    let with_kind = found
        .iter()
        .any(|it| it.of.plural != found[0].of.plural || it.of.group != found[0].of.group);
    match flags.text("sort-by") {
        "" => {}
        by => sort_rows(&mut found, by)?,
    }
    let (mut text, mut at, mut namespace) = (String::new(), 0, false);
    while at < found.len() {
        let of = found[at].of;
        let run = found[at..]
            .iter()
            .take_while(|it| core::ptr::eq(it.of, of))
            .count();
        // upstream: the flags of a printer are those of the ones before it, so that the column stays.
        namespace |= selection.namespace.is_empty() && of.namespaced;
        let mut printer = TablePrinter::new(shown(flags, namespace, of, wide, with_kind));
        for it in &found[at..at + run] {
            printer.add(&it.value, None);
        }
        let part = printer.flush();
        if !text.is_empty() && !part.is_empty() && !flags.is("no-headers") {
            text.push('\n');
        }
        text.push_str(&part);
        at += run;
    }
    let nothing = text.is_empty();
    io.print(text);
    if nothing && failures.is_empty() && !flags.is("ignore-not-found") {
        resources::print_none_found(io, selection);
    }
    failures.done()
}

/// Sorts the rows of each table. A table whose rows cannot be sorted is not printed, and nobody is told.
///
/// upstream: SortingPrinter.PrintObj; several tables are sorted as objects first, RuntimeSorter.Sort.
fn sort_rows(found: &mut [Found], by: &str) -> Done {
    let path = JsonPath::relaxed(by);
    if found.len() > 1 {
        let tables = found.iter().map(|it| it.value.clone()).collect();
        sorted(tables, |it| it, &path.clone().map_err(Failure::own)?)?;
    }
    for it in found {
        let rows = it.value["rows"].items().to_vec();
        if rows.len() > 1 {
            let rows = path
                .as_ref()
                .ok()
                .map(|path| sorted(rows, |row| &row["object"], path));
            it.value["rows"] = rows.and_then(Result::ok).unwrap_or_default();
        }
    }
    Ok(())
}

/// Values by what a path finds in them.
///
/// upstream: SortObjects.
fn sorted(
    values: Vec<Value>,
    within: fn(&Value) -> &Value,
    path: &JsonPath,
) -> Result<Value, Failure> {
    let key = |it: &Value| {
        let found = path.find(within(it)).unwrap_or_default();
        found.into_iter().next()
    };
    let mut keyed: Vec<(Option<Value>, Value)> =
        values.into_iter().map(|it| (key(&it), it)).collect();
    if keyed.iter().all(|it| it.0.is_none()) && !keyed.is_empty() {
        let path = Value::from(path.template()).to_json();
        let text = "couldn't find any field with path {} in the list of objects";
        return Err(Failure::say(text, &[&path]));
    }
    sort::as_go(&mut keyed, |a, b| is_less(a.0.as_ref(), b.0.as_ref()));
    Ok(keyed.into_iter().map(|it| it.1).collect())
}

fn objects(io: &mut Io, flags: &Flags, selection: &Selection, mut printer: Printer) -> Done {
    let mut failures = Failures::default();
    let found = fetch(io, flags, selection, false, &mut failures)?;
    let single = matches!(
        selection.selected.as_slice(),
        [Selected::One(..) | Selected::File(_)]
    );
    if found.is_empty() && (single || flags.is("ignore-not-found")) {
        return failures.done();
    }
    let mut values = Vec::new();
    for it in found {
        if it.is_list {
            values.extend(resources::items(&it.value, it.of));
        } else {
            values.push(it.value);
        }
    }
    match flags.text("sort-by") {
        by if !by.is_empty() && !single => {
            let path = JsonPath::relaxed(by).map_err(Failure::own)?;
            values = sorted(values, |it| it, &path)?.items().to_vec();
        }
        _ => {}
    }
    let object = if single {
        values.pop().unwrap_or_default()
    } else {
        list_of(values, object! {"resourceVersion": ""})
    };
    let text = printer.print(&object)?;
    io.print(text);
    failures.done()
}

fn watch(io: &mut Io, flags: &Flags, selection: &Selection, format: Format) -> Done {
    if flags.has("sort-by") {
        let which = if flags.is("watch") {
            "--watch requested, --sort-by will be ignored for watch events received"
        } else {
            "--watch-only requested, --sort-by will be ignored"
        };
        io.warn("warning: {}\n", &[which]);
    }
    let mut failures = Failures::default();
    let as_table = matches!(format, Format::Human { .. });
    let found = fetch(io, flags, selection, as_table, &mut failures)?;
    failures.done()?;
    let Some(first) = found.first() else {
        return Ok(());
    };
    let of = first.of;
    let with_events = flags.is("output-watch-events");
    let printer = match format {
        Format::Human { wide } => {
            let namespace = selection.namespace.is_empty() && of.namespaced;
            RowPrinter::Table(TablePrinter::new(shown(flags, namespace, of, wide, false)))
        }
        Format::Objects(printer) => RowPrinter::Objects(printer),
    };
    let is_list = first.is_list;
    let mut rows = Rows {
        printer,
        skips: !is_list,
        with_events,
    };
    if !flags.is("watch-only") {
        let text = first_rows(&mut rows, &found).map_err(|why| Failure::own(why.to_string()))?;
        io.print(text);
    }
    if found.len() > 1 {
        let text = "you may only watch a single resource or type of resource at a time";
        return Err(Failure::client(text).into());
    }
    let mut request = get(path(of, &selection.namespace, "", ""));
    request.as_table = as_table;
    request = query(request, "labelSelector", &selection.labels);
    let fields = if is_list {
        selection.fields.to_string()
    } else {
        ["metadata.name=", name_of(&selection.selected[0])].concat()
    };
    request = query(request, "fieldSelector", &fields);
    let version = first.value["metadata"]["resourceVersion"].as_str();
    request = query(
        request,
        "resourceVersion",
        if is_list { version } else { "0" },
    );
    request = query(request, "watch", "true");
    let watch = io.watch(request)?;
    let until = flags
        .ms("request-timeout")
        .and_then(|it| u64::try_from(it).ok())
        .filter(|it| *it > 0);
    let until = until.map(|it| io.now + Duration::ms(it));
    match io.follow(|| Follower {
        watch,
        until,
        task: Task::Print(rows),
    })? {
        Outcome::Met(_) => Ok(()),
        // upstream: the end of a watch is no error, an interrupt is.
        Outcome::TimedOut if until.is_some() => Ok(()),
        Outcome::TimedOut => Err(Failure::exit(String::new(), 1).into()),
        Outcome::Failed(why) => Err(Failure::own(why.to_string()).into()),
    }
}

fn first_rows(rows: &mut Rows, found: &[Found]) -> Result<String, Text> {
    let mut text = String::new();
    for it in found {
        match &mut rows.printer {
            RowPrinter::Table(table) => table.add(&it.value, rows.with_events.then_some("ADDED")),
            RowPrinter::Objects(_) if it.is_list => {
                for item in resources::items(&it.value, it.of) {
                    text.push_str(&rows.text("ADDED", &item)?);
                }
            }
            RowPrinter::Objects(_) => text.push_str(&rows.text("ADDED", &it.value)?),
        }
    }
    if let RowPrinter::Table(table) = &mut rows.printer {
        text.push_str(&table.flush());
    }
    Ok(text)
}

fn name_of(selected: &Selected) -> &str {
    match selected {
        Selected::All(_) => "",
        Selected::One(_, name) => name,
        Selected::File(it) => &it.name,
    }
}
