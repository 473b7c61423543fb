//! Hosts that are only as far away as a proxy each, where the machine makes no network namespaces.

use crate::postgres::Wire;

/// A wire for each host.
pub(super) struct Wires(Vec<Wire>);

impl Wires {
    /// So many, to one database.
    pub(super) async fn to(url: &str, count: usize) -> Self {
        let mut wires = Vec::new();
        for _ in 0..count {
            wires.push(Wire::to_url(url).await);
        }
        Self(wires)
    }

    pub(super) fn url(&self, host: usize) -> String {
        self.0[host].url().to_owned()
    }

    pub(super) fn cut(&self, host: usize) {
        self.0[host].cut();
    }

    pub(super) fn mend(&self, host: usize) {
        self.0[host].mend();
    }
}
