//! In which row each box stands: behind everything that leads to it, as far as there are no circles.

use std::collections::BTreeMap;

use super::picture::Picture;

/// Rows, and lines cut where they pass rows: a box or a bend in every row between their ends.
pub(super) struct Layers {
    /// The row of every box and bend; bends come after the boxes.
    pub row: Vec<usize>,
    /// Steps from one row to the next, downwards.
    pub steps: Vec<(usize, usize)>,
    /// Every line as what it passes, downwards, and whether it is drawn upwards.
    pub lines: Vec<Line>,
}

pub(super) struct Line {
    pub through: Vec<usize>,
    pub is_reversed: bool,
}

impl Layers {
    pub(super) fn of(picture: &Picture) -> Self {
        let count = picture.nodes.len();
        let opens = picture.nodes.iter().map(|node| node.opens).collect::<Vec<_>>();
        let down = without_circles(&opens, &picture.edges);
        let mut row = rows(count, &down);
        pull_down(&mut row, &down);
        let mut steps = Vec::new();
        let mut lines = Vec::new();
        for ((from, to), (a, _)) in down.iter().zip(&picture.edges) {
            let mut through = vec![*from];
            for between in row[*from] + 1..row[*to] {
                through.push(row.len());
                row.push(between);
            }
            through.push(*to);
            steps.extend(through.windows(2).map(|pair| (pair[0], pair[1])));
            lines.push(Line { through, is_reversed: from != a });
        }
        Self { row, steps, lines }
    }
}

/// The edges with those turned round that lead back to where a walk from the beginning came from.
fn without_circles(opens: &[bool], edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let count = opens.len();
    let mut next: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut entered = vec![0; count];
    for (from, to) in edges {
        next.entry(*from).or_default().push(*to);
        entered[*to] += 1;
    }
    let mut walk = Walk { next, seen: vec![Seen::Not; count], left: Vec::new() };
    let begin = (0..count).filter(|node| opens[*node]);
    let loose = (0..count).filter(|node| entered[*node] == 0);
    for node in begin.chain(loose).chain(0..count) {
        walk.from(node);
    }
    let mut place = vec![0; count];
    for (index, node) in walk.left.iter().rev().enumerate() {
        place[*node] = index;
    }
    let turned = |(from, to): &(usize, usize)| {
        if place[*from] <= place[*to] { (*from, *to) } else { (*to, *from) }
    };
    edges.iter().map(turned).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Not,
    Yes,
}

struct Walk {
    next: BTreeMap<usize, Vec<usize>>,
    seen: Vec<Seen>,
    /// In the order in which the walk left them.
    left: Vec<usize>,
}

impl Walk {
    /// A picture has some hundred boxes, so a walk may call itself.
    fn from(&mut self, node: usize) {
        if self.seen[node] == Seen::Yes {
            return;
        }
        self.seen[node] = Seen::Yes;
        for next in self.next.get(&node).cloned().unwrap_or_default() {
            self.from(next);
        }
        self.left.push(node);
    }
}

/// The longest way from above.
fn rows(count: usize, down: &[(usize, usize)]) -> Vec<usize> {
    let mut row = vec![0; count];
    // Without circles the longest way has fewer steps than there are boxes.
    for _ in 0..count {
        let mut moved = false;
        for (from, to) in down {
            if row[*to] < row[*from] + 1 {
                row[*to] = row[*from] + 1;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    row
}

/// What nothing leads to stands right above what it leads to.
fn pull_down(row: &mut [usize], down: &[(usize, usize)]) {
    for node in 0..row.len() {
        if down.iter().any(|(_, to)| *to == node) {
            continue;
        }
        let below = down.iter().filter(|(from, _)| *from == node).map(|(_, to)| row[*to]).min();
        if let Some(below) = below {
            row[node] = below.saturating_sub(1);
        }
    }
}
