//! The picture as SVG: readable without colours, with a title and a description.

use std::fmt::Write as _;

use litopys_domain::law::model::Law;

use super::picture::{Look, Node, Picture};
use super::places::{BOX_WIDTH, LINE_HEIGHT, MARGIN, PADDING, Plan, SMALL_HEIGHT, Spot};
use crate::cli::procedure::language::Lang;

const STYLE: &str = "\
text{font:13px 'Noto Sans',sans-serif;fill:#111}.small{font-size:11px;fill:#444}h1,.head{font-size:18px;font-weight:bold}\
rect,polygon{stroke-width:1.5;stroke:#333;fill:#fff}.state{fill:#dfe9f7;stroke:#2b4d80}.final{fill:#d9d9d9;stroke:#333;stroke-width:3}\
.decision{stroke:#7a1f3d;stroke-width:2.5}.step{stroke:#333}.external{stroke:#7a4b00;fill:#fff8ea}\
.service{stroke:#7a6a00;fill:#fff2b3}.engine{stroke-dasharray:5 3;fill:#f6f6f6}\
path{fill:none;stroke:#555;stroke-width:1.3}.back{stroke:#a04a00}.dashed{stroke-dasharray:5 3}\
#tip path{fill:#555;stroke:none}#tip-back path{fill:#a04a00;stroke:none}";
/// Height of the title and the legend.
const HEAD: i32 = 104;
/// Width of an entry of the legend.
const LEGEND: i32 = 236;
const LEGEND_COLUMNS: i32 = 4;
/// Around a line of what is told below, in characters.
const BELOW_CHARS: usize = 110;

pub(super) fn text(law: &Law, lang: Lang, picture: &Picture, plan: &Plan) -> String {
    let mut out = String::new();
    let below = below(lang, picture);
    let lines = i32::try_from(below.len()).unwrap_or(i32::MAX / 64);
    let width = plan.width.max(LEGEND * LEGEND_COLUMNS + 2 * MARGIN);
    let height = HEAD + plan.height + LINE_HEIGHT * lines + MARGIN;
    _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"title desc\" lang=\"{}\" \
         viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">",
        lang.code()
    );
    let title = title(law, lang);
    _ = writeln!(out, "<title id=\"title\">{}</title>", escaped(&title));
    _ = writeln!(out, "<desc id=\"desc\">{}</desc>", escaped(&picture.words.join(". ")));
    _ = writeln!(out, "<style>{STYLE}</style>");
    for (id, shape) in [("tip", "M0 0L8 4L0 8z"), ("tip-back", "M0 0L8 4L0 8z")] {
        _ = writeln!(
            out,
            "<marker id=\"{id}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
             orient=\"auto-start-reverse\"><path d=\"{shape}\"/></marker>"
        );
    }
    _ = writeln!(
        out,
        "<rect x=\"0\" y=\"0\" width=\"{width}\" height=\"{height}\" style=\"stroke:none\"/>"
    );
    _ = writeln!(out, "<text class=\"head\" x=\"{MARGIN}\" y=\"32\">{}</text>", escaped(&title));
    legend(&mut out, lang);
    _ = writeln!(out, "<g transform=\"translate(0 {HEAD})\">");
    paths(&mut out, picture, plan);
    for (node, spot) in picture.nodes.iter().zip(&plan.spots) {
        boxed(&mut out, node, *spot);
    }
    for (index, line) in (1..).zip(&below) {
        let y = plan.height + LINE_HEIGHT * index;
        _ = writeln!(out, "<text x=\"{MARGIN}\" y=\"{y}\">{}</text>", escaped(line));
    }
    out.push_str("</g>\n</svg>\n");
    out
}

fn title(law: &Law, lang: Lang) -> String {
    let (name, edition) = (lang.of(&law.title), law.edition);
    match lang {
        Lang::En => format!("{name}: states and acts, edition of {edition}"),
        Lang::Uk => format!("{name}: стани і дії, редакція від {edition}"),
    }
}

fn below(lang: Lang, picture: &Picture) -> Vec<String> {
    if picture.below.is_empty() {
        return Vec::new();
    }
    let head = lang.pick("Acts that leave the state as it is:", "Дії, що не змінюють стану:");
    let mut lines = vec![head.to_owned()];
    for text in &picture.below {
        let mut line = String::from("·");
        for word in text.split_whitespace() {
            if line.chars().count() + word.chars().count() > BELOW_CHARS {
                lines.push(std::mem::replace(&mut line, String::from("  ")));
            }
            line.push(' ');
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

fn legend(out: &mut String, lang: Lang) {
    for (index, look) in (0..).zip(Look::ALL) {
        let x = MARGIN + (index % LEGEND_COLUMNS) * LEGEND;
        let y = 48 + (index / LEGEND_COLUMNS) * 26;
        shape(out, look, x, y, 34, 18);
        let text = escaped(look.title(lang));
        _ = writeln!(out, "<text x=\"{}\" y=\"{}\">{text}</text>", x + 42, y + 14);
    }
}

/// States are rounded, acts have corners, the ledger's own are cut at the corners.
fn shape(out: &mut String, look: Look, x: i32, y: i32, width: i32, height: i32) {
    let class = look.name();
    if look == Look::Service {
        let (right, bottom, cut) = (x + width, y + height, 9.min(height / 2));
        _ = writeln!(
            out,
            "<polygon class=\"{class}\" points=\"{},{y} {},{y} {right},{} {right},{} {},{bottom} {},{bottom} {x},{} {x},{}\"/>",
            x + cut,
            right - cut,
            y + cut,
            bottom - cut,
            right - cut,
            x + cut,
            bottom - cut,
            y + cut
        );
        return;
    }
    let round = if look.is_state() { (height / 2).min(14) } else { 0 };
    _ = writeln!(
        out,
        "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{round}\"/>"
    );
}

fn boxed(out: &mut String, node: &Node, spot: Spot) {
    _ = writeln!(out, "<g><title>{}</title>", escaped(&node.ids.join(", ")));
    shape(out, node.look, spot.x - BOX_WIDTH / 2, spot.top, BOX_WIDTH, spot.height);
    let mut y = spot.top + PADDING - 4;
    for line in &node.lines {
        y += LINE_HEIGHT;
        let x = spot.x;
        _ = writeln!(
            out,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{}</text>",
            escaped(line)
        );
    }
    for line in &node.small {
        y += SMALL_HEIGHT;
        let x = spot.x - BOX_WIDTH / 2 + 10;
        _ = writeln!(out, "<text class=\"small\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(line));
    }
    out.push_str("</g>\n");
}

/// Lines with round bends; those that lead back up have a colour and a tip of their own.
fn paths(out: &mut String, picture: &Picture, plan: &Plan) {
    for line in &plan.lines {
        let mut path = String::new();
        let spots: Vec<Spot> = line.through.iter().map(|node| plan.spots[*node]).collect();
        for (index, pair) in spots.windows(2).enumerate() {
            let (from, to) = (pair[0], pair[1]);
            let (y1, y2) = (from.top + from.height, to.top);
            if index == 0 {
                _ = write!(path, "M{} {y1}", from.x);
            }
            let middle = i32::midpoint(y1, y2);
            _ = write!(path, "C{} {middle} {} {middle} {} {y2}", from.x, to.x, to.x);
            // A bend is as tall as its row: the line runs straight through it.
            if index + 2 < spots.len() {
                _ = write!(path, "V{}", to.top + to.height);
            }
        }
        let engine = line.through.iter().filter_map(|node| picture.nodes.get(*node));
        let dashed = engine.clone().any(|node| node.look == Look::Engine);
        let dashed = if dashed { " dashed" } else { "" };
        let (class, tip) = if line.is_reversed {
            ("back", "marker-start=\"url(#tip-back)\"")
        } else {
            ("on", "marker-end=\"url(#tip)\"")
        };
        _ = writeln!(out, "<path class=\"{class}{dashed}\" {tip} d=\"{path}\"/>");
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
