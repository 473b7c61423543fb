//! Which steps wait for each other? One cycle of each knot: of steps that all wait for one another. In time that grows with
//! the steps and what they wait for, without recursion.

use std::collections::VecDeque;

/// One cycle of each knot, as the path that leads from its first step back to it, the shortest that there is, in the order of
/// these steps. `after[n]` are the steps that come before step n.
pub(super) fn cycles(after: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let knots = knots(after);
    let mut sizes = vec![0_usize; after.len()];
    for knot in &knots {
        sizes[*knot] += 1;
    }
    let mut came_from = vec![None; after.len()];
    let mut is_told = vec![false; after.len()];
    let mut found = Vec::new();
    for first in 0..after.len() {
        let knot = knots[first];
        let is_one = sizes[knot] > 1 || after[first].contains(&first);
        if is_one && !std::mem::replace(&mut is_told[knot], true) {
            found.push(shortest(first, after, &knots, &mut came_from));
        }
    }
    found
}

/// The shortest path from a step back to it, within its knot. `came_from` says of no step of that knot anything yet.
fn shortest(
    first: usize,
    after: &[Vec<usize>],
    knots: &[usize],
    came_from: &mut [Option<usize>],
) -> Vec<usize> {
    let mut next = VecDeque::from([first]);
    while let Some(step) = next.pop_front() {
        for before in after[step].iter().copied().filter(|before| knots[*before] == knots[first]) {
            if before == first {
                return path_to(step, first, came_from);
            }
            if came_from[before].is_none() {
                came_from[before] = Some(step);
                next.push_back(before);
            }
        }
    }
    // invariant: whatever is in a knot leads back to itself.
    vec![first]
}

/// The way from `first` to `last`, both named.
fn path_to(last: usize, first: usize, came_from: &[Option<usize>]) -> Vec<usize> {
    let mut path = vec![last];
    let mut step = last;
    while let Some(before) = came_from[step].filter(|_| step != first) {
        path.push(before);
        step = before;
    }
    path.reverse();
    path
}

/// The knot of each step, named by one of its steps; a step that no other waits with is one alone. Tarjan's way.
fn knots(after: &[Vec<usize>]) -> Vec<usize> {
    let mut search = Search {
        after,
        number: vec![None; after.len()],
        low: vec![0; after.len()],
        open: Vec::new(),
        knots: vec![usize::MAX; after.len()],
        count: 0,
    };
    for start in 0..after.len() {
        if search.number[start].is_none() {
            search.run(start);
        }
    }
    search.knots
}

/// A search in depth.
struct Search<'a> {
    after: &'a [Vec<usize>],
    /// As which each step was come to; `None` where it was not.
    number: Vec<Option<usize>>,
    /// The lowest number that leads on from each step, as far as is known.
    low: Vec<usize>,
    /// The steps whose knot is not known yet.
    open: Vec<usize>,
    /// The knot of each step; `usize::MAX` where it is not known.
    knots: Vec<usize>,
    count: usize,
}

impl Search<'_> {
    fn run(&mut self, start: usize) {
        self.enter(start);
        let mut path = vec![(start, 0)];
        while let Some((step, next)) = path.last_mut() {
            let step = *step;
            if let Some(before) = self.after[step].get(*next).copied() {
                *next += 1;
                match self.number[before] {
                    None => {
                        self.enter(before);
                        path.push((before, 0));
                    }
                    Some(number) if self.knots[before] == usize::MAX => {
                        self.low[step] = self.low[step].min(number);
                    }
                    Some(_) => {}
                }
                continue;
            }
            path.pop();
            if let Some((above, _)) = path.last() {
                self.low[*above] = self.low[*above].min(self.low[step]);
            }
            if self.number[step] == Some(self.low[step]) {
                self.close(step);
            }
        }
    }

    fn enter(&mut self, step: usize) {
        self.number[step] = Some(self.count);
        self.low[step] = self.count;
        self.count += 1;
        self.open.push(step);
    }

    /// All that is open down to this step is one knot.
    fn close(&mut self, step: usize) {
        while let Some(member) = self.open.pop() {
            self.knots[member] = step;
            if member == step {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cycle_is_told_as_its_path() {
        assert_eq!(cycles(&[vec![1], vec![2], vec![0]]), [vec![0, 1, 2]]);
        assert_eq!(cycles(&[vec![0]]), [vec![0]]);
        assert!(cycles(&[vec![1, 2], vec![2], vec![]]).is_empty());
    }

    #[test]
    fn a_knot_is_told_once_however_many_ways_lead_back() {
        let steps = 10_000;
        let knot: Vec<Vec<usize>> = (0..steps).map(|step| vec![(step + 1) % steps, 0]).collect();
        assert_eq!(cycles(&knot), [vec![0]]);
        let pairs: Vec<Vec<usize>> = (0..steps).map(|step| vec![step ^ 1]).collect();
        assert_eq!(cycles(&pairs).len(), steps / 2);
    }

    #[test]
    fn a_long_chain_does_not_overflow() {
        let chain: Vec<Vec<usize>> =
            (0..100_000).map(|step: usize| step.checked_sub(1).into_iter().collect()).collect();
        assert!(cycles(&chain).is_empty());
        let ring: Vec<Vec<usize>> = (0..100_000).map(|step: usize| vec![(step + 1) % 100_000]).collect();
        assert_eq!(cycles(&ring)[0].len(), 100_000);
    }

    proptest! {
        /// Steps can be put in an order exactly where no cycle is found, and what is found is one.
        #[test]
        fn no_cycle_means_that_there_is_an_order(edges in proptest::collection::vec((0usize..8, 0usize..8), 0..16)) {
            let mut after = vec![Vec::new(); 8];
            for (step, before) in edges {
                after[step].push(before);
            }
            let mut left: Vec<usize> = (0..8).collect();
            while let Some(at) = left.iter().position(|step| after[*step].iter().all(|before| !left.contains(before))) {
                left.remove(at);
            }
            let found = cycles(&after);
            prop_assert_eq!(found.is_empty(), left.is_empty());
            for path in found {
                for (at, step) in path.iter().enumerate() {
                    prop_assert!(after[*step].contains(&path[(at + 1) % path.len()]));
                }
            }
        }
    }
}
