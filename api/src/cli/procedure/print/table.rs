//! Escaped HTML and the cells of its tables.

use serde_json::Value;

#[derive(Default)]
pub(super) struct Html {
    pub text: String,
}

impl Html {
    pub(super) fn raw(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    pub(super) fn escaped(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                c => self.text.push(c),
            }
        }
    }

    pub(super) fn heading(&mut self, en: &str, uk: &str) {
        self.raw("<h2>");
        self.escaped(en);
        self.raw(" <span class=\"uk\" lang=\"uk\">");
        self.escaped(uk);
        self.raw("</span></h2>\n");
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        self.raw("<p>");
        self.escaped(text);
        self.raw("</p>\n");
    }

    pub(super) fn table<const N: usize>(
        &mut self,
        head: &[&str; N],
        rows: impl Iterator<Item = [String; N]>,
    ) {
        self.raw("<table>");
        if head.iter().any(|title| !title.is_empty()) {
            self.raw("<tr>");
            for title in head {
                self.raw("<th>");
                self.escaped(title);
                self.raw("</th>");
            }
            self.raw("</tr>\n");
        }
        for row in rows {
            self.raw("<tr>");
            for text in row {
                match text.as_str() {
                    "sure" | "check" | "design" => {
                        self.raw(&format!("<td class=\"{text}\">{text}"));
                    }
                    _ => {
                        self.raw("<td>");
                        self.escaped(&text);
                    }
                }
                self.raw("</td>");
            }
            self.raw("</tr>\n");
        }
        self.raw("</table>\n");
    }
}

/// A value as a jurist reads it: lists with commas, objects as pairs, nothing for nothing.
pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Object(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| format!("{key}: {}", cell(value)));
            pairs.collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

/// English and Ukrainian.
pub(super) fn words(value: &Value) -> String {
    match (value["en"].as_str(), value["uk"].as_str()) {
        (Some(en), Some(uk)) => format!("{en} · {uk}"),
        _ => cell(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_value_stays_text() {
        let mut html = Html::default();
        html.table(&["a"], std::iter::once(["<b> & \"c\"".to_owned()]));
        assert!(html.text.contains("&lt;b&gt; &amp; &quot;c&quot;"));
    }

    #[test]
    fn nested_values_read_as_text() {
        let value = serde_json::json!([{"when": "a", "is": "b"}, "c"]);
        assert_eq!(cell(&value), "is: b; when: a, c");
    }
}
