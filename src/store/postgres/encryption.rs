//! Why could nobody speak TLS with the server? What the other side showed or asked for, and what to do about it.

use std::error::Error;
use std::io;

use rustls::CertificateError;

/// What was wrong before anything was shown: the server speaks none, or a file of ours is not what it should be.
pub(super) fn of_request(error: &(dyn Error + 'static)) -> String {
    if error.to_string().contains("does not support TLS") {
        return "speaks no TLS, which OPENHANDS_STORE asks for by sslmode: turn it on there (`ssl = on`), or set \
                sslmode=prefer where the network is to be trusted"
            .to_owned();
    }
    format!(
        "cannot be reached with TLS ({error}): look at sslmode, sslrootcert, sslcert and sslkey in OPENHANDS_STORE"
    )
}

/// What was wrong with what one side showed the other; `None` for an error that is not of TLS.
pub(super) fn of_handshake(error: &io::Error) -> Option<String> {
    let error: &rustls::Error = error.get_ref()?.downcast_ref()?;
    let advice = match error {
        rustls::Error::InvalidCertificate(certificate) => of_certificate(certificate),
        rustls::Error::AlertReceived(_) => "it refuses what we showed: look at sslcert and sslkey",
        _ => "look at sslmode and sslrootcert",
    };
    Some(format!("cannot be reached with TLS ({error}): {advice} in OPENHANDS_STORE"))
}

fn of_certificate(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "its certificate is signed by nobody who is trusted here: name the file of its authority with sslrootcert"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is of another host: connect by a name that stands in it, or set sslmode=verify-ca"
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => {
            "its certificate does not hold now: renew it, or look at the clocks; then nothing need change"
        }
        _ => {
            "its certificate cannot be trusted: have an authority sign one, and name its file with sslrootcert"
        }
    }
}
