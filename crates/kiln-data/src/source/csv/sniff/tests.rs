use super::*;

fn start(sample: &str) -> Start {
    sniff(sample.as_bytes(), true).unwrap()
}

fn delimiter(sample: &str) -> Delimiter {
    start(sample).dialect.delimiter
}

#[test]
fn the_delimiter_is_the_one_with_which_rows_are_of_one_length() {
    for (sample, expected) in [
        ("a,b;c,d\n1,2;3,4\n", b','),
        ("a;b;c", b';'),
        ("a\tb\n1\t2", b'\t'),
        ("a|b\n1|2\n", b'|'),
        ("\"a,b,c\";d\n", b';'),
        ("a\n1\n", b','),
        ("a,b;c", b','),
        // The line alone says comma: three cells against two.
        ("name;size, cm;weight, kg\nx;1,5;2,5\ny;3,5;4\n", b';'),
        ("x;y\n1,5;2,5\n3,5;4,5\n", b';'),
        ("label,text\na,x|y\nb,z\nc,x|y|z\n", b','),
        ("full name,age\nAnn Lee,30\nBob Ray,31\n", b','),
        ("a,b\n1,2\n3\n4,5\n", b','),
        ("\"q\nq\",b\n1,2\n", b','),
    ] {
        assert_eq!(delimiter(sample), Delimiter::Byte(expected), "{sample:?}");
    }
    assert_eq!(delimiter("a b  c\n1 2  3\n 4  5 6\n"), Delimiter::Spaces);
    assert_eq!(delimiter("full name\nAnn Lee\nBob\n"), Delimiter::Byte(b','));
}

#[test]
fn excels_line_names_the_delimiter() {
    for sample in ["sep=;\na;b\n1;2,5\n", "SEP=;\r\na;b\r\n1;2\r\n", "\"sep=;\"\na;b\n"] {
        let start = start(sample);
        assert_eq!(start.dialect.delimiter, Delimiter::Byte(b';'), "{sample:?}");
        assert_eq!(start.header.line, 1);
        assert_eq!(start.header.of(sample.as_bytes()), b"a;b");
    }
    assert_eq!(start("sep=ab,x\n1,2\n").header.line, 0);
}

#[test]
fn a_header_may_be_behind_comments_or_be_one() {
    let plain = start("# made by x\n# on, a, day\n\na,b\n1,2\n");
    assert_eq!((plain.header.line, plain.is_commented), (3, false));
    let sample = "# made by x\n#chrom\tpos\nchr1\t5\n";
    let commented = start(sample);
    assert_eq!((commented.header.line, commented.is_commented, commented.dialect.width), (1, true, 2));
    assert_eq!(commented_names(commented.header.of(sample.as_bytes()), true), b"#chrom\tpos");
    let sample = "# x y\n1 2\n3 4\n";
    let apart = start(sample);
    assert_eq!((apart.is_commented, apart.dialect.delimiter), (true, Delimiter::Spaces));
    assert_eq!(commented_names(apart.header.of(sample.as_bytes()), true), b"x y");
    assert!(!start("#a,b\nx,y\n1,2\n").is_commented, "the line below it names the columns");
    assert!(start("a,b\n1,2\n#3,4\n").dialect.begins_with_numbers);
    assert!(!start("tag,n\n#x,2\ny,4\nz,4\n").dialect.begins_with_numbers);
}

#[test]
fn one_cell_more_than_the_header_is_an_index_or_nothing() {
    let index = start("a,b\nr1,1,2\nr2,3,4\n");
    assert_eq!((index.has_index, index.dialect.width, index.dialect.trailing), (true, 3, 0));
    let empty = start("a,b\n1,2,\n3,4,\n");
    assert_eq!((empty.has_index, empty.dialect.width, empty.dialect.trailing), (false, 3, 1));
    let unnamed = start("a,b,,\n1,2,,\n3,4,,\n");
    assert_eq!((unnamed.has_index, unnamed.dialect.width, unnamed.dialect.trailing), (false, 4, 2));
    assert_eq!(start("a,b,\n1,2,3\n").dialect.trailing, 0);
    assert_eq!(start("a,b,\n").dialect.trailing, 0);
    assert!(!start("x\n1,5\n2,5\n").has_index, "a decimal comma is no index");
}

#[test]
fn a_row_that_does_not_end_in_the_sample_is_left_out() {
    assert_eq!(sniff(b"a,b\n1,2\n3", false).unwrap().dialect.width, 2);
    assert!(sniff(b"a,b", false).is_none() && sniff(b"\n\n", true).is_none() && sniff(b"", true).is_none());
}
