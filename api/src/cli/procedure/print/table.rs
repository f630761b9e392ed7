//! Escaped HTML and the cells of its tables.

use litopys_domain::violation::Words;
use serde_json::Value;

/// A rule or a term on the page.
pub(super) struct Ruled<'a> {
    pub title: &'a str,
    pub says: &'a Words,
    /// The condition, as the file writes it.
    pub code: &'a str,
    /// How to mend it, or what is said when a term is over.
    pub remark: Option<&'a Words>,
    /// What it rests on: labels and texts.
    pub side: &'a [(&'static str, String)],
}

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

    /// A heading that links may lead to.
    pub(super) fn section(&mut self, id: &str, en: &str, uk: &str) {
        self.raw("<a id=\"");
        self.escaped(id);
        self.raw("\"></a>");
        self.heading(en, uk);
    }

    /// What a rule says at the left, what it rests on at the right.
    pub(super) fn rule(&mut self, rule: &Ruled<'_>) {
        self.raw("<article class=\"rule\"><h4>");
        self.escaped(rule.title);
        self.raw("</h4><div>");
        self.both(rule.says, "p");
        self.raw("<p><code>");
        self.escaped(rule.code);
        self.raw("</code></p>");
        if let Some(remark) = rule.remark {
            self.raw("<p>→ ");
            self.both(remark, "span");
            self.raw("</p>");
        }
        self.raw("</div><dl>");
        for (label, text) in rule.side {
            self.raw("<dt>");
            self.escaped(label);
            self.raw("</dt><dd");
            if matches!(text.as_str(), "sure" | "check" | "design") {
                self.raw(&format!(" class=\"{text}\""));
            }
            self.raw(">");
            self.escaped(text);
            self.raw("</dd>");
        }
        self.raw("</dl></article>\n");
    }

    fn both(&mut self, words: &Words, tag: &str) {
        self.raw(&format!("<{tag}>"));
        self.escaped(&words.en);
        self.raw(&format!("</{tag}> <{tag} class=\"uk\" lang=\"uk\">"));
        self.escaped(&words.uk);
        self.raw(&format!("</{tag}>"));
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
