//! The picture as one SVG that stands alone: Services with their answers, sets with a column for each ordinal.

use core::fmt::Write as _;

use crate::value::Value;

const WIDTH: usize = 172;
const GAP: usize = 12;
const EDGE: usize = 16;
const LINE: usize = 18;
/// Columns of one row; more go below.
const COLUMNS: usize = 6;
/// Border and ground of a pod by its tone.
const TONES: [(&str, &str, &str); 6] = [
    ("pending", "#855100", "#fdf5e3"),
    ("creating", "#2458cf", "#e9f0ff"),
    ("running", "#0b6878", "#e4f4f7"),
    ("ready", "#08703f", "#e6f6ed"),
    ("terminating", "#6d4b86", "#f5eefa"),
    ("failed", "#b02318", "#fdeceb"),
];

/// The drawing of what the snapshot says of Services, StatefulSets and other pods.
pub(super) fn svg(services: &Value, sets: &Value, pods: &Value) -> String {
    let mut sheet = Sheet {
        out: String::new(),
        y: EDGE,
    };
    for it in services.items() {
        let addresses = it["answers"]
            .items()
            .iter()
            .map(|it| it["address"].as_str());
        let addresses: Vec<&str> = addresses.collect();
        sheet.heading(&format!("service/{}", it["name"].as_str()));
        sheet.row(&format!(
            "{} → {}",
            it["dnsName"].as_str(),
            addresses.join(", ")
        ));
    }
    for it in sets.items() {
        sheet.heading(&format!("statefulset/{}", it["name"].as_str()));
        sheet.row(&format!(
            "{}/{} ready · {}",
            it["ready"],
            it["replicas"],
            it["policy"].as_str()
        ));
        sheet.row(it["waiting"]["text"].as_str());
        sheet.columns(it["columns"].items());
    }
    let loose: Vec<Value> = pods
        .items()
        .iter()
        .map(|it| crate::object! {"name": &it["name"], "pod": it})
        .collect();
    sheet.columns(&loose);
    let (width, height) = (EDGE * 2 + COLUMNS * (WIDTH + GAP) - GAP, sheet.y + EDGE);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"ui-monospace, Menlo, Consolas, monospace\" font-size=\"12\" fill=\"#17202c\"><rect width=\"100%\" height=\"100%\" fill=\"#fbfcfd\"/>{}</svg>\n",
        sheet.out
    )
}

struct Sheet {
    out: String,
    y: usize,
}

impl Sheet {
    fn heading(&mut self, text: &str) {
        self.y += LINE / 2;
        self.text(EDGE, text, " font-weight=\"700\"");
        self.y += LINE;
    }

    /// A line of its own, unless there is nothing to say.
    fn row(&mut self, text: &str) {
        if !text.is_empty() {
            self.text(EDGE, text, " fill=\"#556172\"");
            self.y += LINE;
        }
    }

    /// A text whose top is at the pen.
    fn text(&mut self, x: usize, text: &str, style: &str) {
        let _ = write!(
            self.out,
            "<text x=\"{x}\" y=\"{}\"{style}>",
            self.y + LINE * 2 / 3
        );
        for sign in text.chars() {
            match sign {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                _ => self.out.push(sign),
            }
        }
        self.out.push_str("</text>");
    }

    fn columns(&mut self, columns: &[Value]) {
        const ROWS: usize = 6;
        for row in columns.chunks(COLUMNS) {
            let top = self.y;
            for (column, at) in row.iter().zip(0..) {
                let x = EDGE + at * (WIDTH + GAP);
                let pod = &column["pod"];
                let tone = TONES.iter().find(|it| it.0 == pod["tone"].as_str());
                let (ink, ground) = tone.map_or(("#8b96a5", "none"), |it| (it.1, it.2));
                let dash = if tone.is_none() {
                    " stroke-dasharray=\"4 3\""
                } else {
                    ""
                };
                let _ = write!(
                    self.out,
                    "<rect x=\"{x}\" y=\"{top}\" width=\"{WIDTH}\" height=\"{}\" rx=\"8\" fill=\"{ground}\" stroke=\"{ink}\"{dash}/>",
                    ROWS * LINE + GAP
                );
                let past = if pod.is_null() {
                    &column["past"]
                } else {
                    &pod["past"]
                };
                let claims = column["claims"].items().iter();
                let claims = claims.map(|it| it["name"].as_str()).collect::<Vec<_>>();
                let lines = [
                    (column["name"].as_str(), " font-weight=\"700\"".to_owned()),
                    (pod["status"].as_str(), format!(" fill=\"{ink}\"")),
                    (pod["ip"].as_str(), String::new()),
                    (
                        past[0]["ip"].as_str(),
                        " fill=\"#556172\" text-decoration=\"line-through\"".to_owned(),
                    ),
                    (pod["node"].as_str(), " fill=\"#556172\"".to_owned()),
                    (&claims.join(", "), String::new()),
                ];
                for (text, style) in lines {
                    self.y += if self.y == top { GAP / 2 } else { 0 };
                    self.text(x + GAP, text, &style);
                    self.y += LINE;
                }
                self.y = top;
            }
            self.y = top + ROWS * LINE + GAP * 2;
        }
    }
}
