//! Which rights of root does a child keep? None; below folders that are closed to others, that of looking into them.

use rustix::io::Result;
use rustix::thread::{
    CapabilitiesSecureBits, CapabilitySet, CapabilitySets, capabilities, capabilities_secure_bits,
    configure_capability_in_ambient_set, remove_capability_from_bounding_set, set_capabilities,
    set_capabilities_secure_bits, set_no_new_privs,
};

/// What it takes to start a child as another user, and to end it.
pub(super) const TO_CHANGE_USER: CapabilitySet = CapabilitySet::SETUID
    .union(CapabilitySet::SETGID)
    .union(CapabilitySet::CHOWN)
    .union(CapabilitySet::KILL)
    .union(CapabilitySet::DAC_OVERRIDE);

/// What it takes to let that user read below folders that are closed to it.
pub(super) const TO_SEARCH: CapabilitySet = CapabilitySet::DAC_READ_SEARCH.union(CapabilitySet::SETPCAP);

/// Whether this thread has all of these rights.
pub(super) fn has(wanted: CapabilitySet) -> bool {
    capabilities(None).is_ok_and(|sets| sets.effective.contains(wanted))
}

/// Gives up every right; programs with rights of their own get none either.
pub(super) fn drop_all() -> Result<()> {
    empty_bounding_set(CapabilitySet::empty());
    set(CapabilitySet::empty(), CapabilitySet::empty())?;
    set_no_new_privs(true)
}

/// Gives up every right but those that the change to another user takes, which end with it. One that `searches` reads
/// as root does afterwards, and writes as nobody.
pub(super) fn keep_for_change(searches: bool) -> Result<()> {
    let for_ever = if searches { CapabilitySet::DAC_READ_SEARCH } else { CapabilitySet::empty() };
    if searches {
        // The change of the user keeps what is held then; the program that is started has what is ambient.
        set_capabilities_secure_bits(
            capabilities_secure_bits()?
                | CapabilitiesSecureBits::NO_SETUID_FIXUP
                | CapabilitiesSecureBits::NO_ROOT,
        )?;
    }
    empty_bounding_set(for_ever);
    set(CapabilitySet::SETUID | CapabilitySet::SETGID | for_ever, for_ever)?;
    if searches {
        configure_capability_in_ambient_set(CapabilitySet::DAC_READ_SEARCH, true)?;
    }
    set_no_new_privs(true)
}

fn set(permitted: CapabilitySet, inheritable: CapabilitySet) -> Result<()> {
    set_capabilities(None, CapabilitySets { effective: permitted, permitted, inheritable })
}

/// Where that is not permitted, `no_new_privs` does the same.
fn empty_bounding_set(but: CapabilitySet) {
    for capability in (0..64).map(|bit| CapabilitySet::from_bits_retain(1 << bit)) {
        if !but.contains(capability) {
            let _ = remove_capability_from_bounding_set(capability);
        }
    }
}
