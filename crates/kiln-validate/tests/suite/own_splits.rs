//! Folds and splitters of a user's own.

use kiln_validate::cross::{Parallel, cross_validate, inner_folds};
use kiln_validate::split::{Fold, Items, SplitError, Splitter};

/// What a user may write: purges every third item, counted from the tested one. With `beyond` it names items that are
/// not there.
#[derive(Debug)]
struct Own {
    beyond: usize,
}

impl Splitter for Own {
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
        let train = |test: usize| (0..items.len() + self.beyond).filter(move |item| item % 3 != test % 3);
        (0..3).map(|test| Fold::new(train(test).rev().collect::<Vec<_>>(), [test])).collect()
    }
}

#[test]
fn a_fold_is_checked_however_it_is_made() {
    let cases = [
        ([vec![0, 1], vec![1, 2]], "a fold both trains on item 1 and tests it"),
        ([vec![0, 3, 0], vec![1]], "item 0 is twice in the train part of a fold"),
        ([vec![0], vec![2, 2]], "item 2 is twice in the test part of a fold"),
        ([vec![], vec![1]], "the train part of a fold is empty"),
        ([vec![1], vec![]], "the test part of a fold is empty"),
    ];
    for ([train, test], message) in cases {
        let text = serde_json::json!({ "train": train, "test": test }).to_string();
        let read = serde_json::from_str::<Fold>(&text).map_err(|error| error.to_string());
        assert!(read.as_ref().is_err_and(|error| error.starts_with(message)), "{text}: {read:?}");
        assert_eq!(Fold::new(train, test).unwrap_err().to_string(), message);
    }
    // What lies between may be left out, and the order does not matter.
    let fold = Fold::new([5, 0, 1], [3]).unwrap();
    assert_eq!((fold.train(), fold.test()), (&[0, 1, 5][..], &[3][..]));
    let text = serde_json::to_string(&fold).unwrap();
    assert_eq!(text, r#"{"train":[0,1,5],"test":[3]}"#);
    assert_eq!(serde_json::from_str::<Fold>(&text).unwrap(), fold);
}

#[test]
fn a_splitter_of_ones_own_is_taken_and_what_it_gives_is_checked() {
    let items = Items::new(7);
    let sizes = |_, fold: &Fold| Ok::<_, SplitError>([fold.train().len(), fold.test().len()]);
    let found = cross_validate(&Own { beyond: 0 }, &items, Parallel::new(2), sizes).unwrap();
    assert_eq!(found, [[4, 1], [5, 1], [5, 1]]);
    let error = cross_validate(&Own { beyond: 2 }, &items, Parallel::new(1), sizes).unwrap_err();
    assert_eq!(error, SplitError::NoItem { item: 7, items: 7 });

    let outer = Fold::new([1, 2, 4, 6], [0]).unwrap();
    let inner = inner_folds(&outer, &items, &Own { beyond: 0 }).unwrap();
    // The places 1 and 2 of the training items, tested at place 0.
    assert_eq!((inner[0].train(), inner[0].test()), (&[2, 4][..], &[1][..]));
    assert!(matches!(inner_folds(&outer, &items, &Own { beyond: 3 }), Err(SplitError::NoItem { .. })));
}
