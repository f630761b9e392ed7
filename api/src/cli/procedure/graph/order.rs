//! In which order boxes and bends stand in their row, so that few lines cross.

use super::layers::Layers;

const SWEEPS: usize = 24;

/// The rows, each with what stands in it from left to right.
pub(super) fn rows(layers: &Layers) -> Vec<Vec<usize>> {
    let depth = layers.row.iter().max().map_or(0, |last| last + 1);
    let mut rows = vec![Vec::new(); depth];
    for (node, row) in layers.row.iter().enumerate() {
        rows[*row].push(node);
    }
    let near = Near::of(layers);
    let mut best = (crossings(&rows, layers), rows.clone());
    for sweep in 0..SWEEPS {
        let downwards = sweep % 2 == 0;
        for step in 1..depth {
            let row = if downwards { step } else { depth - 1 - step };
            sort(&mut rows, row, if downwards { &near.above } else { &near.below });
        }
        let crossed = crossings(&rows, layers);
        if crossed < best.0 {
            best = (crossed, rows.clone());
        }
    }
    best.1
}

/// The neighbours of everything.
struct Near {
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
}

impl Near {
    fn of(layers: &Layers) -> Self {
        let count = layers.row.len();
        let (mut above, mut below) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for (from, to) in &layers.steps {
            below[*from].push(*to);
            above[*to].push(*from);
        }
        Self { above, below }
    }
}

/// Puts each under the middle of its neighbours; what has none stays where it is.
fn sort(rows: &mut [Vec<usize>], row: usize, near: &[Vec<usize>]) {
    let place = places(rows);
    let mut keyed: Vec<(usize, usize)> = rows[row]
        .iter()
        .enumerate()
        .map(|(index, node)| {
            let mut around: Vec<usize> = near[*node].iter().map(|one| place[*one]).collect();
            around.sort_unstable();
            // In thousandths of a place, to tell neighbours apart without fractions.
            let sum: usize = around.iter().sum();
            let key = (sum * 1000).checked_div(around.len()).unwrap_or(index * 1000);
            (key, *node)
        })
        .collect();
    keyed.sort_by_key(|(key, _)| *key);
    rows[row] = keyed.into_iter().map(|(_, node)| node).collect();
}

fn places(rows: &[Vec<usize>]) -> Vec<usize> {
    let count = rows.iter().map(Vec::len).sum();
    let mut place = vec![0; count];
    for (index, node) in rows.iter().flat_map(|row| row.iter().enumerate()) {
        place[*node] = index;
    }
    place
}

fn crossings(rows: &[Vec<usize>], layers: &Layers) -> usize {
    let place = places(rows);
    let mut by_row: Vec<Vec<(usize, usize)>> = vec![Vec::new(); rows.len()];
    for (from, to) in &layers.steps {
        by_row[layers.row[*from]].push((place[*from], place[*to]));
    }
    let crossed = |steps: &Vec<(usize, usize)>| {
        let pairs = steps.iter().enumerate();
        let later = pairs.flat_map(|(i, one)| steps[i + 1..].iter().map(move |other| (one, other)));
        later.filter(|(a, b)| (a.0 < b.0 && a.1 > b.1) || (a.0 > b.0 && a.1 < b.1)).count()
    };
    by_row.iter().map(crossed).sum()
}
