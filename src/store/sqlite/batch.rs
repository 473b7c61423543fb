//! How are many rows brought in at once? In statements of many rows: a way to the database costs more than the row
//! that it brings.

/// The most rows of one statement.
const MOST: usize = 64;

/// Splits items for statements of many rows. Their numbers are powers of two, so that few statements are prepared.
pub(super) fn batches<T>(mut items: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let count = 1 << items.len().min(MOST).checked_ilog2()?;
        let (batch, others) = items.split_at(count);
        items = others;
        Some(batch)
    })
}

/// The SQL of so many rows. Their arguments are without numbers: to find those by name takes the longer the more
/// there are.
pub(super) fn values(row: &str, count: usize) -> String {
    format!("VALUES {}", vec![row; count].join(", "))
}
