//! The prompt of `mysql`: statements over as many lines as they take, each answered by itself.
//!
//! Left out: `\G` and the client's own commands but `quit`, `\q`, `\c` and `\g`; the copyright of its greeting.
//!
//! upstream: client/mysql.cc, `add_line` and `com_go`.

use super::super::sql::{Server, statements};
use super::super::{INTERRUPT, Run, Waiting};
use super::{Make, Told, connect, draw, make, serve};
use crate::value::Text;

/// The most bytes of a statement that has not ended.
const MOST_PENDING: usize = 1 << 18;

/// The client greets, and waits for the first line.
pub(super) fn greet(run: &mut Run<'_, '_>, server: &Server<'_>, database: &str) {
    let name = match make(run.container.map_or("", |it| it.image)) {
        Make::Maria => "MariaDB",
        Make::Old | Make::New => "MySQL",
    };
    run.printed.out(&[
        "Welcome to the ",
        name,
        " monitor.  Commands end with ; or \\g.\nYour ",
        name,
        " connection id is 8\nServer version: ",
        &server.version,
        "\n\nType 'help;' or '\\h' for help. Type '\\c' to clear the current input statement.\n\n",
    ]);
    ask(run, database, "");
}

/// Waits for the next line; what is pending goes on in it.
fn ask(run: &mut Run<'_, '_>, database: &str, pending: &str) {
    let image = run.container.map_or("", |it| it.image);
    let prompt = match make(image) {
        _ if !pending.is_empty() => "    -> ".into(),
        Make::Maria if database.is_empty() => "MariaDB [(none)]> ".into(),
        Make::Maria => crate::text!("MariaDB [{database}]> "),
        Make::Old | Make::New => "mysql> ".into(),
    };
    run.printed.waiting = Some(Waiting {
        prompt,
        is_open: !pending.is_empty(),
        state: crate::text!("{database}\n{pending}"),
    });
}

/// A line that was typed, when the client remembered that.
pub(super) fn typed(run: &mut Run<'_, '_>, told: &Told, (state, line): (&str, &str)) {
    let (database, pending) = state.split_once('\n').unwrap_or_default();
    let mut database = Text::from(database);
    let said = line.trim_end();
    let word = said.trim_end_matches(';').trim().to_lowercase();
    if pending.is_empty() && (word == "exit" || word == "quit") || said.ends_with("\\q") {
        return run.printed.out(&["Bye\n"]);
    }
    if said == INTERRUPT || said.ends_with("\\c") {
        return ask(run, &database, "");
    }
    let text = match said.strip_suffix("\\g") {
        Some(said) => [pending, said, ";\n"].concat(),
        None => [pending, line, "\n"].concat(),
    };
    if text.len() > MOST_PENDING {
        run.printed
            .err(&["mysql: this is too much text: it is stopped here\n"]);
        return ask(run, &database, "");
    }
    // What has no end is not read again line by line.
    if !text[pending.len()..].contains(';') {
        let rest = if text.trim().is_empty() { "" } else { &text };
        return ask(run, &database, rest);
    }
    let there = match connect(run, told) {
        Ok(there) => there,
        Err(failure) => {
            run.printed.err(&[&failure.line(None)]);
            return ask(run, &database, "");
        }
    };
    let mut server = serve(&there);
    server.follow();
    let mut rest = text.as_str();
    for statement in statements(&text) {
        let Some(behind) = text[statement.end..].strip_prefix(';') else {
            break;
        };
        rest = behind;
        let has_names = !told.flags.contains('N');
        match server.run(&statement, &text, &mut database, run.now) {
            Ok(Some(table)) if table.rows.is_empty() => {
                run.printed.out(&["Empty set (0.00 sec)\n\n"]);
            }
            Ok(Some(table)) => {
                let shown = draw(&table, has_names).unwrap_or_default();
                let rows = counted(table.rows.len());
                run.printed.out(&[&shown, &rows, " in set (0.00 sec)\n\n"]);
            }
            Ok(None) => run.printed.out(&[&server.said]),
            Err(failure) => run.printed.err(&[&failure.line(None)]),
        }
    }
    server.lead();
    run.printed.read = server.handled;
    let is_whole = statements(rest).is_empty();
    ask(
        run,
        &database,
        if is_whole { "" } else { rest.trim_start() },
    );
}

/// `1 row`, `2 rows`.
pub(in crate::programs) fn counted(rows: usize) -> String {
    let many = if rows == 1 { "" } else { "s" };
    format!("{rows} row{many}")
}
