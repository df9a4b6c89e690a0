package export

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/midspan/midspan/internal/report"
)

// CSVList is a list of the document that has a file of its own.
type CSVList struct {
	Name string
	Rows [][]string // the first is the header
}

// CsvLists are the lists of the portfolio as tables. doc holds the goods that rows
// hold, clean.
func CSVLists(doc report.Document, rows []report.Row) []CSVList {
	lists := []CSVList{
		{"middle.csv", middleRows(doc.Goods, rows)}, {"changes.csv", changeRows(doc.Change)}, {"gaps.csv", gapRows(doc)},
		{"moved.csv", movedRows(doc.Goods)},
		{"keystones.csv", keystoneRows(doc)}, {"fix-first.csv", upgradeRows(doc)}, {"unfixed.csv", unfixedRows(doc)},
		{"concentration.csv", concentrationRows(doc)}, {"alternatives.csv", alternativeRows(doc)},
	}
	if len(doc.Policies) > 0 {
		lists = append(lists, CSVList{"criteria.csv", criteriaRows(doc)})
	}
	lists = append(lists, CSVList{"blocks.csv", blockRows(doc)})
	if table := replayRows(doc.Goods); len(table) > 1 {
		lists = append(lists, CSVList{"replay.csv", table})
	}
	return lists
}

// criteriaRows has a row for each criterion of each policy that was asked.
func criteriaRows(doc report.Document) [][]string {
	rows := [][]string{{"policy", "criterion", "title", "goods_pass", "goods_fail", "goods_unknown", "goods_not_seen", "failing_ids"}}
	for _, p := range doc.Policies {
		for i, c := range p.Conditions {
			counts, failing := map[byte]int{}, []string{}
			for _, good := range doc.Goods {
				for _, answer := range good.Policies {
					if answer.Policy != p.ID || len(answer.Marks) <= i {
						continue
					}
					counts[answer.Marks[i]]++
					if answer.Marks[i] == report.MarkFail {
						failing = append(failing, good.ID)
					}
				}
			}
			rows = append(rows, []string{p.ID, c.ID, c.Title, fmt.Sprint(counts[report.MarkPass]), fmt.Sprint(counts[report.MarkFail]),
				fmt.Sprint(counts[report.MarkUnknown]), fmt.Sprint(counts[report.MarkUnseen]), strings.Join(failing, " ")})
		}
	}
	return rows
}

// replayRows are the quarters of each repository that was replayed, with what is known of its
// speed in each row. An unknown number is an empty cell.
func replayRows(goods []report.Good) [][]string {
	table := [][]string{{"good", "name", "repository", "quarter_from", "opened", "closed", "open_at_end", "median_days", "median_at_least", "median_low",
		"median_high", "people", "open_at_twice", "open_at_four_times", "serious_open_for_a_year"}}
	for _, good := range goods {
		for _, r := range good.Replays {
			speed := []string{"", "", "", ""}
			if m := r.Median; m != nil {
				speed = []string{numberCell(&m.Days), strconv.FormatBool(m.AtLeast), numberCell(m.Low), numberCell(m.High)}
			}
			for _, q := range r.Quarters {
				row := []string{good.ID, good.Name, r.Repository, q.From, strconv.Itoa(q.Opened), strconv.Itoa(q.Closed), strconv.Itoa(q.Open)}
				row = append(append(row, speed...), strconv.Itoa(r.People), countCell(r.Twice), countCell(r.FourTimes), strconv.Itoa(r.Year))
				table = append(table, row)
			}
		}
	}
	return table
}

// middleRows are the goods of the messy middle, those whose load most outweighs their
// supports first, and behind them those that may be in it.
func middleRows(goods []report.Good, rows []report.Row) [][]string {
	table := [][]string{{"rank", "good", "name", "stands", "stage", "borderline", "load_score", "score", "because", "short_of", "would_lift"}}
	add := func(rank, stands string, good report.Good) {
		v := good.Verdict
		short, borderline := []string{}, ""
		for _, reason := range report.Shortfalls(len(v.Reasons), good) {
			short = append(short, reason.Sentence)
		}
		if v.Borderline != nil {
			borderline = v.Borderline.Sentence
		}
		table = append(table, []string{rank, good.ID, good.Name, stands, string(v.Stage), borderline, scoreCell(v.Load.Score.Score), scoreCell(v.Score.Score),
			v.Because, strings.Join(short, " "), strings.Join(v.Lift, "; ")})
	}
	for i, good := range report.RankMiddle(goods) {
		add(fmt.Sprint(i+1), "in it", good)
	}
	for _, good := range report.MaybeMiddle(rows) {
		add("", "may stand in it", good)
	}
	return table
}

func changeRows(change *report.Change) [][]string {
	table := [][]string{{"change", "good", "name", "from", "to", "since"}}
	if change == nil {
		return table
	}
	for _, list := range []struct {
		what  string
		moves []report.Move
	}{{"entered", change.Entered}, {"left", change.Left}, {"moved", change.Moved}, {"first read", change.FirstRead}, {"no longer read", change.NoLongerRead},
		{"new rules", change.NewRules}, {"new", change.Added}, {"gone", change.Removed}} {
		for _, m := range list.moves {
			table = append(table, []string{list.what, m.Good, m.Name, string(m.From), string(m.To), report.ISODate(change.Since)})
		}
	}
	return table
}

// gapRows are what could not be read: repositories, packages, and the notes.
func gapRows(doc report.Document) [][]string {
	table := [][]string{{"gap", "cause", "good", "name", "subject", "message", "n"}}
	for _, f := range report.FailedScans(doc.Goods) {
		for _, s := range f.Items {
			table = append(table, []string{"repository not read", string(f.Cause), s.Good.ID, s.Good.Name, s.Scan.Repository.URL, s.Message(), "1"})
		}
	}
	for _, good := range report.PartiallyRead(doc.Goods) {
		for _, scan := range good.Scans {
			if scan.Outcome == report.Partial {
				table = append(table, []string{"repository read in part", "", good.ID, good.Name, scan.Repository.URL, "", "1"})
			}
		}
	}
	for _, c := range report.MostFrequent(doc.Summary.Unmatched) {
		table = append(table, []string{"packages not matched", c.Name, "", "", "", "", fmt.Sprint(c.N)})
	}
	names := map[string]string{}
	for _, good := range doc.Goods {
		names[good.ID] = good.Name
	}
	for _, note := range report.NotesOf(doc) {
		table = append(table, []string{"note", string(note.Cause), note.Good, names[note.Good], note.Subject, note.Message, "1"})
	}
	return table
}

// movedRows are the addresses that the catalog should have: a row a repository of which the
// forge says that it moved.
func movedRows(goods []report.Good) [][]string {
	table := [][]string{{"good", "name", "old", "new"}}
	for _, good := range goods {
		for _, scan := range good.Scans {
			if scan.MovedTo != "" {
				table = append(table, []string{good.ID, good.Name, scan.Repository.URL, scan.MovedTo})
			}
		}
	}
	return table
}

func keystoneRows(doc report.Document) [][]string {
	rows := [][]string{{"ecosystem", "package", "goods_direct", "goods_transitive", "goods_development", "goods", "in_messy_middle", "open_weaknesses", "worst",
		"published_by", "published_by_stage", "good_ids", "lifecycle", "lifecycle_by", "lifecycle_day", "lifecycle_reason"}}
	for _, k := range doc.Keystones {
		rows = append(rows, []string{k.Ecosystem, k.Package, fmt.Sprint(k.Direct), fmt.Sprint(k.Transitive), fmt.Sprint(k.Development), fmt.Sprint(len(k.Goods)),
			fmt.Sprint(k.InMiddle), countCell(k.Findings), string(k.Worst), k.FromGood, string(k.FromStage),
			strings.Join(k.Goods, " "), string(k.Lifecycle), k.Said.By, k.Said.Day, k.Said.Reason})
	}
	return rows
}

func blockRows(doc report.Document) [][]string {
	rows := [][]string{{"ecosystem", "package", "lifecycle", "one_person", "instead", "effort", "goods_direct", "goods", "in_messy_middle",
		"published_by", "good_ids", "lifecycle_by", "lifecycle_day", "lifecycle_reason"}}
	for _, b := range doc.Blocks {
		one := ""
		if b.OnePerson {
			one = "true"
		}
		rows = append(rows, []string{b.Ecosystem, b.Package, string(b.Lifecycle), one, b.Instead, string(b.Effort),
			strconv.Itoa(b.Direct), strconv.Itoa(len(b.Goods)), strconv.Itoa(b.InMiddle), b.FromGood, strings.Join(b.Goods, " "), b.Said.By, b.Said.Day, b.Said.Reason})
	}
	return rows
}

// upgradeRows has a row a step, so that the first columns repeat.
func upgradeRows(doc report.Document) [][]string {
	rows := [][]string{{"rank", "ecosystem", "package", "development", "closes", "exploited", "worst", "goods", "goods_direct", "from", "to",
		"step_goods", "step_closes", "open_after", "good_ids"}}
	for i, u := range doc.FixFirst {
		for _, s := range u.Steps {
			rows = append(rows, []string{fmt.Sprint(i + 1), u.Ecosystem, u.Package, fmt.Sprint(u.Development),
				fmt.Sprint(u.Closes), fmt.Sprint(u.Exploited), string(u.Worst), fmt.Sprint(len(u.Goods)), fmt.Sprint(u.Direct),
				s.From, s.To, fmt.Sprint(s.Goods), fmt.Sprint(s.Closes), countCell(s.Open), strings.Join(u.Goods, " ")})
		}
	}
	return rows
}

func unfixedRows(doc report.Document) [][]string {
	rows := [][]string{{"ecosystem", "package", "goods", "goods_direct", "in_messy_middle", "weaknesses", "worst", "oldest", "exploited", "malicious",
		"unmaintained", "advisories", "good_ids"}}
	for _, u := range doc.Unfixed {
		rows = append(rows, []string{u.Ecosystem, u.Package, fmt.Sprint(len(u.Goods)), fmt.Sprint(u.Direct), fmt.Sprint(u.InMiddle), fmt.Sprint(len(u.Advisories)),
			string(u.Worst), report.ISODate(u.Oldest),
			fmt.Sprint(u.Exploited), fmt.Sprint(u.Malicious), fmt.Sprint(u.Unmaintained), strings.Join(u.Advisories, " "), strings.Join(u.Goods, " ")})
	}
	return rows
}

func concentrationRows(doc report.Document) [][]string {
	header := []string{"by", "name", "goods", "short_of_supports"}
	for _, stage := range report.StageOrder {
		header = append(header, strings.ReplaceAll(string(stage), "-", "_"))
	}
	rows := [][]string{header}
	for _, c := range doc.Concentrations {
		for _, g := range c.Groups {
			row := []string{c.By, g.Name, fmt.Sprint(g.Goods), fmt.Sprint(g.Short)}
			for _, stage := range report.StageOrder {
				row = append(row, fmt.Sprint(g.Stages[stage]))
			}
			rows = append(rows, row)
		}
	}
	return rows
}

func alternativeRows(doc report.Document) [][]string {
	rows := [][]string{{"good", "stage", "rank", "alternative", "alternative_stage", "similarity", "parts"}}
	for _, e := range doc.Endings {
		if len(e.Alternatives) == 0 {
			rows = append(rows, []string{e.Good, string(e.Stage), "", "", "", "", "none in this catalog"})
		}
		for i, a := range e.Alternatives {
			var parts []string
			for _, l := range a.Parts {
				parts = append(parts, fmt.Sprintf("%s (%.2f)", report.English.LikenessText(l), l.Value))
			}
			rows = append(rows, []string{e.Good, string(e.Stage), fmt.Sprint(i + 1), a.Good, string(a.Stage), fmt.Sprintf("%.2f", a.Similarity),
				strings.Join(parts, "; ")})
		}
	}
	return rows
}
