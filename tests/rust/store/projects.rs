//! What a store keeps of the projects of a service.

use _core::access::Project;
use _core::store::Store;
use chrono::DateTime;

use super::subject::Subject;

on_every_store! {
    a_project_is_kept_until_it_is_removed,
    the_projects_of_a_member_are_no_one_elses,
}

fn project(id: &str, members: &[&str]) -> Project {
    Project {
        id: id.parse().unwrap(),
        root: "/srv/ü code".into(),
        python: None,
        artifacts: "/srv/documents".into(),
        owner: None,
        members: members.iter().map(|member| member.parse().unwrap()).collect(),
        created_at: DateTime::from_timestamp_micros(1_700_000_000_000_001).unwrap(),
    }
}

async fn a_project_is_kept_until_it_is_removed(mut subject: Subject) {
    let first = project("shop", &["ada"]);
    subject.store.keep_project(first.clone()).await.unwrap();
    assert_eq!(subject.store.project(first.id.clone()).await.unwrap(), Some(first.clone()));
    let second = Project {
        python: Some("/srv/.venv/bin/python".into()),
        root: "/srv/other".into(),
        owner: Some("dora".parse().unwrap()),
        ..project("shop", &["bob", "ada"])
    };
    subject.store.keep_project(second.clone()).await.unwrap();
    subject.reopen().await;

    assert_eq!(subject.store.project(first.id.clone()).await.unwrap(), Some(second.clone()));
    assert_eq!(subject.store.remove_project(first.id.clone()).await.unwrap(), Some(second));
    assert_eq!(subject.store.project(first.id.clone()).await.unwrap(), None);
    assert_eq!(subject.store.remove_project(first.id).await.unwrap(), None);
}

async fn the_projects_of_a_member_are_no_one_elses(subject: Subject) {
    for (id, members) in [("b", vec!["ada"]), ("Z", vec!["ada", "bob"]), ("a", vec![]), ("c", vec!["adam"])] {
        subject.store.keep_project(project(id, &members)).await.unwrap();
    }
    let owned = Project { owner: Some("dora".parse().unwrap()), ..project("d", &["bob"]) };
    subject.store.keep_project(owned).await.unwrap();
    for (member, expected) in [
        (None, vec!["Z", "a", "b", "c", "d"]),
        (Some("ada"), vec!["Z", "b"]),
        (Some("bob"), vec!["Z", "d"]),
        (Some("dora"), vec!["d"]),
        (Some("carol"), vec![]),
    ] {
        let member = member.map(|member| member.parse().unwrap());
        let projects = subject.store.projects(member).await.unwrap();
        let ids: Vec<&str> = projects.iter().map(|project| project.id.as_str()).collect();
        assert_eq!(ids, expected);
    }
}
