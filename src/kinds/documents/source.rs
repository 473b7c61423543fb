//! What does a task on documents begin with? The folder of its project, and the document that it is about; opened and read
//! where it holds up nobody.

use super::artifacts::Folder;
use crate::kinds::steps::apart;
use crate::requirements::{Document, read};
use crate::task::{Artifacts, Failure};

/// A document that was read.
pub(super) struct Source {
    pub(super) folder: Folder,
    /// The file that it is, or is given in the place of.
    pub(super) name: &'static str,
    pub(super) text: String,
    pub(super) document: Document,
}

impl Source {
    /// The document that `choose` takes, by the name of its file.
    pub(super) async fn read(
        artifacts: &Artifacts,
        choose: impl FnOnce(&Folder) -> Result<(&'static str, String), Failure> + Send + 'static,
    ) -> Result<Self, Failure> {
        let artifacts = artifacts.clone();
        let reading = apart(move || {
            let folder = Folder::open(&artifacts)?;
            let (name, text) = choose(&folder)?;
            let document = read(&text);
            Ok(Self { folder, name, text, document })
        });
        reading.await?
    }

    /// The document that was given, else the file of this name; `remedy` says what helps where both are missing.
    pub(super) async fn given_or_read(
        artifacts: &Artifacts,
        given: Option<&String>,
        name: &'static str,
        remedy: &'static str,
    ) -> Result<Self, Failure> {
        let given = given.cloned();
        Self::read(artifacts, move |folder| match given {
            Some(text) => Ok((name, text)),
            None => Ok((name, folder.need(name, remedy)?)),
        })
        .await
    }
}
