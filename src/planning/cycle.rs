//! Which tasks wait for each other? A search in depth that keeps its path, without recursion.

/// One cycle of each knot, as the path that leads back to its first step. `after[n]` are the steps that come before step n.
pub(super) fn cycles(after: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut seen = vec![Mark::New; after.len()];
    let mut found = Vec::new();
    for start in 0..after.len() {
        if seen[start] == Mark::New {
            search(start, after, &mut seen, &mut found);
        }
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    Done,
}

fn search(start: usize, after: &[Vec<usize>], seen: &mut [Mark], found: &mut Vec<Vec<usize>>) {
    let mut path = vec![(start, 0)];
    seen[start] = Mark::Open;
    while let Some((step, next)) = path.last_mut() {
        let Some(before) = after[*step].get(*next).copied() else {
            seen[*step] = Mark::Done;
            path.pop();
            continue;
        };
        *next += 1;
        match seen[before] {
            Mark::New => {
                seen[before] = Mark::Open;
                path.push((before, 0));
            }
            Mark::Open => {
                let begin = path.iter().position(|(step, _)| *step == before).unwrap_or(0);
                found.push(path[begin..].iter().map(|(step, _)| *step).collect());
            }
            Mark::Done => {}
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
    fn a_long_chain_does_not_overflow() {
        let chain: Vec<Vec<usize>> =
            (0..100_000).map(|step: usize| step.checked_sub(1).into_iter().collect()).collect();
        assert!(cycles(&chain).is_empty());
    }

    proptest! {
        /// Steps can be put in an order exactly where no cycle is found.
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
            prop_assert_eq!(cycles(&after).is_empty(), left.is_empty());
        }
    }
}
