//! Pages of tasks, newest first.

use _core::store::Store;
use _core::task::{Kind, ListFilter, Settlement, TaskId, TaskStatus};

use super::subject::{Subject, ids};
use crate::support::{generate_tests, noop, transient};

on_every_store! {
    an_empty_store_has_one_empty_page,
    pages_go_from_the_newest_to_the_oldest_without_gap_or_repetition,
    the_last_page_has_no_cursor_even_when_it_is_full,
    a_page_shows_only_what_was_asked_for,
    a_filter_goes_on_over_pages,
    a_cursor_that_is_gone_still_marks_its_place,
    among_many_ids_those_of_tasks_that_have_ended_are_found,
}

fn page_of(limit: usize) -> ListFilter {
    ListFilter { limit, ..ListFilter::default() }
}

async fn walk(subject: &Subject, mut filter: ListFilter) -> Vec<Vec<TaskId>> {
    let mut pages = Vec::new();
    loop {
        let page = subject.store.list(filter.clone()).await.unwrap();
        pages.push(ids(&page.tasks));
        filter.cursor = page.next_cursor;
        if filter.cursor.is_none() {
            return pages;
        }
    }
}

async fn submit_many(subject: &Subject, count: usize) -> Vec<TaskId> {
    let mut newest_first = Vec::new();
    for _ in 0..count {
        newest_first.insert(0, subject.submit(noop()).await);
    }
    newest_first
}

async fn an_empty_store_has_one_empty_page(subject: Subject) {
    assert_eq!(walk(&subject, page_of(10)).await, [Vec::<TaskId>::new()]);
}

async fn pages_go_from_the_newest_to_the_oldest_without_gap_or_repetition(subject: Subject) {
    let newest_first = submit_many(&subject, 23).await;
    subject.claim(7).await;
    let pages = walk(&subject, page_of(5)).await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5, 5, 5, 3]);
    assert_eq!(pages.concat(), newest_first);
}

async fn the_last_page_has_no_cursor_even_when_it_is_full(subject: Subject) {
    let newest_first = submit_many(&subject, 4).await;
    assert_eq!(walk(&subject, page_of(2)).await, [&newest_first[..2], &newest_first[2..]]);
}

async fn a_page_shows_only_what_was_asked_for(subject: Subject) {
    let ended = subject.submit(noop()).await;
    let module = subject.submit(generate_tests("a.py")).await;
    let queued = subject.submit(noop()).await;
    subject.store.cancel(ended).await.unwrap();
    let show = async |status, kind| {
        let filter = ListFilter { status, kind, ..page_of(10) };
        ids(&subject.store.list(filter).await.unwrap().tasks)
    };
    assert_eq!(show(None, None).await, [queued, module, ended]);
    assert_eq!(show(Some(TaskStatus::Queued), None).await, [queued, module]);
    assert_eq!(show(None, Some(Kind::Noop)).await, [queued, ended]);
    assert_eq!(show(Some(TaskStatus::Cancelled), Some(Kind::Noop)).await, [ended]);
    assert_eq!(show(Some(TaskStatus::Cancelled), Some(Kind::GenerateTests)).await, []);
}

async fn a_filter_goes_on_over_pages(subject: Subject) {
    let mut newest_first = submit_many(&subject, 9).await;
    for id in newest_first.split_off(5) {
        subject.store.cancel(id).await.unwrap();
    }
    let filter = ListFilter { status: Some(TaskStatus::Queued), ..page_of(2) };
    assert_eq!(walk(&subject, filter).await.concat(), newest_first);
}

async fn a_cursor_that_is_gone_still_marks_its_place(subject: Subject) {
    let newest_first = submit_many(&subject, 4).await;
    subject.store.cancel(newest_first[1]).await.unwrap();
    subject.advance(2 * 86_400);
    assert_eq!(subject.store.prune(std::time::Duration::MAX).await.unwrap(), 1);
    let filter = ListFilter { cursor: Some(newest_first[1]), ..page_of(10) };
    assert_eq!(ids(&subject.store.list(filter).await.unwrap().tasks), newest_first[2..]);
}

async fn among_many_ids_those_of_tasks_that_have_ended_are_found(subject: Subject) {
    let newest_first = submit_many(&subject, 6).await;
    let claimed = subject.claim(4).await;
    subject.complete(&claimed[0]).await;
    subject.settle(&claimed[1], Settlement::Fail(transient())).await;
    subject.settle(&claimed[2], Settlement::GiveBack).await;
    subject.store.cancel(newest_first[0]).await.unwrap();
    let unknown = TaskId::fresh();
    let asked: Vec<TaskId> = newest_first.iter().copied().chain([unknown]).collect();

    let mut ended = ids(&subject.store.ended(&asked).await.unwrap());

    ended.sort();
    assert_eq!(ended, [claimed[0].id(), claimed[1].id(), newest_first[0]]);
    assert!(subject.store.ended(&[]).await.unwrap().is_empty());
    assert!(subject.store.ended(&[claimed[3].id()]).await.unwrap().is_empty(), "it runs");
}
