//! Where boxes and bends stand, in pixels.

use super::layers::{Layers, Line};
use super::order;
use super::picture::{Node, Picture};

pub(super) const BOX_WIDTH: i32 = 216;
pub(super) const LINE_HEIGHT: i32 = 17;
pub(super) const SMALL_HEIGHT: i32 = 14;
pub(super) const PADDING: i32 = 8;
pub(super) const MARGIN: i32 = 24;
/// Between boxes of a row.
const GAP: i32 = 22;
/// Between lines that run beside each other.
const BEND_GAP: i32 = 14;
/// Between rows.
const ROW_GAP: i32 = 46;
const ROUNDS: usize = 60;
/// What a pixel of width is worth in pixels of lines.
const WIDTH_COST: i32 = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    /// The middle.
    pub x: i32,
    pub top: i32,
    pub height: i32,
}

pub(super) struct Plan {
    /// Of boxes, then of bends.
    pub spots: Vec<Spot>,
    pub lines: Vec<Line>,
    pub width: i32,
    pub height: i32,
}

pub(super) fn height(node: &Node) -> i32 {
    let count = |lines: &[String]| i32::try_from(lines.len()).unwrap_or(i32::MAX / 64);
    2 * PADDING + LINE_HEIGHT * count(&node.lines) + SMALL_HEIGHT * count(&node.small)
}

impl Plan {
    pub(super) fn of(picture: &Picture) -> Self {
        let layers = Layers::of(picture);
        let rows = order::rows(&layers);
        let xs = columns(&rows, &layers, picture.nodes.len());
        let mut spots = vec![Spot { x: 0, top: 0, height: 0 }; layers.row.len()];
        let mut top = MARGIN;
        for row in &rows {
            let tallest = row.iter().filter_map(|n| picture.nodes.get(*n)).map(height).max();
            let tallest = tallest.unwrap_or(LINE_HEIGHT);
            for node in row {
                let own = picture.nodes.get(*node).map_or(tallest, height);
                let spot = Spot { x: xs[*node], top: top + (tallest - own) / 2, height: own };
                spots[*node] = spot;
            }
            top += tallest + ROW_GAP;
        }
        let right = spots.iter().map(|spot| spot.x).max().unwrap_or(0) + BOX_WIDTH / 2;
        Self { spots, lines: layers.lines, width: right + MARGIN, height: top - ROW_GAP + MARGIN }
    }
}

/// The middles: first close together, then again and again towards the neighbours; of all rounds
/// the one with short lines in a narrow picture.
fn columns(rows: &[Vec<usize>], layers: &Layers, boxes: usize) -> Vec<i32> {
    let half = |node: usize| if node < boxes { BOX_WIDTH / 2 } else { 0 };
    let apart = |a: usize, b: usize| {
        if a.min(b) < boxes { half(a) + half(b) + GAP } else { BEND_GAP }
    };
    let mut xs = vec![0; layers.row.len()];
    for row in rows {
        let mut x = 0;
        for (index, node) in row.iter().enumerate() {
            if index > 0 {
                x += apart(row[index - 1], *node);
            }
            xs[*node] = x;
        }
    }
    let mut near = vec![Vec::new(); layers.row.len()];
    for (from, to) in &layers.steps {
        near[*from].push(*to);
        near[*to].push(*from);
    }
    let cost = |xs: &[i32]| -> i32 {
        let lines: i32 = layers.steps.iter().map(|(a, b)| (xs[*a] - xs[*b]).abs()).sum();
        let width = xs.iter().max().unwrap_or(&0) - xs.iter().min().unwrap_or(&0);
        lines.saturating_add(WIDTH_COST * width)
    };
    let mut best = (cost(&xs), xs.clone());
    for round in 0..ROUNDS {
        let row_of = |index: usize| if round % 2 == 0 { index } else { rows.len() - 1 - index };
        for row in (0..rows.len()).map(row_of) {
            settle(&rows[row], &near, &mut xs, &apart);
        }
        let now = cost(&xs);
        if now < best.0 {
            best = (now, xs.clone());
        }
    }
    let xs = best.1;
    let left = rows.iter().flatten().map(|node| xs[*node] - half(*node)).min().unwrap_or(0);
    xs.iter().map(|x| x - left + MARGIN).collect()
}

/// Moves a row towards the middle of its neighbours, keeping order and distance: the means of what
/// is forced from the left and from the right.
fn settle(row: &[usize], near: &[Vec<usize>], xs: &mut [i32], apart: &dyn Fn(usize, usize) -> i32) {
    let wish = |node: usize, xs: &[i32]| {
        let mut around: Vec<i32> = near[node].iter().map(|one| xs[*one]).collect();
        around.sort_unstable();
        match around.as_slice() {
            [] => xs[node],
            list => i32::midpoint(list[(list.len() - 1) / 2], list[list.len() / 2]),
        }
    };
    let wishes: Vec<i32> = row.iter().map(|node| wish(*node, xs)).collect();
    let mut from_left = wishes.clone();
    for index in 1..row.len() {
        let least = from_left[index - 1] + apart(row[index - 1], row[index]);
        from_left[index] = from_left[index].max(least);
    }
    let mut from_right = wishes;
    for index in (1..row.len()).rev() {
        let most = from_right[index] - apart(row[index - 1], row[index]);
        from_right[index - 1] = from_right[index - 1].min(most);
    }
    for (index, node) in row.iter().enumerate() {
        xs[*node] = i32::midpoint(from_left[index], from_right[index]);
    }
}
