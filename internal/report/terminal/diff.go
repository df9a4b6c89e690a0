package terminal

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// WriteDiff writes a difference for a terminal of the given width. Text from
// outside is stripped of control characters.
func WriteDiff(w io.Writer, d report.Diff, width int, colour bool) error {
	d = report.Cleaned(d)
	t := &layout{width: min(max(width, minWidth), 100), colour: colour}
	t.wrap("", fmt.Sprintf("From %s (%s) to %s (%s).", d.Earlier, d.Since.Format(time.DateOnly), d.Later, d.Until.Format(time.DateOnly)), "")
	t.wrap("", countChanges(d), "")
	for _, list := range []struct {
		title string
		goods []report.ChangedGood
	}{{"Entered the messy middle", d.Entered}, {"Left the messy middle", d.Left}, {"Moved otherwise", d.Moved}, {"Same stage, other levels", d.Shifted},
		{"Read for the first time", d.FirstRead}, {"No longer read", d.NoLongerRead}, {"Judged by new rules", d.NewRules}} {
		t.changedGoods(list.title, list.goods)
	}
	t.moves("First seen in the catalog", d.Added, func(m report.Move) assess.Stage { return m.To })
	t.moves("No longer in the catalog", d.Removed, func(m report.Move) assess.Stage { return m.From })
	if _, err := io.WriteString(w, t.out.String()); err != nil {
		return fmt.Errorf("write the difference: %w", err)
	}
	return nil
}

// countChanges counts the goods of each list that is not empty.
func countChanges(d report.Diff) string {
	var parts []string
	for _, c := range []struct {
		n    int
		what string
	}{{len(d.Entered), "entered the messy middle"}, {len(d.Left), "left the messy middle"}, {len(d.Moved), "moved otherwise"},
		{len(d.Shifted), "kept the stage while a level changed"}, {len(d.FirstRead), "read for the first time"}, {len(d.NoLongerRead), "no longer read"},
		{len(d.NewRules), "judged otherwise by new rules"}, {len(d.Added), "first seen in the catalog"}, {len(d.Removed), "no longer in the catalog"},
		{d.Unchanged, "as before"}} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	if len(parts) == 0 {
		return "There is no good in either."
	}
	return strings.Join(parts, ", ") + "."
}

func (t *layout) changedGoods(title string, goods []report.ChangedGood) {
	if len(goods) == 0 {
		return
	}
	t.title(title)
	for _, good := range goods {
		t.wrap("  ", good.Name+": "+stagesOf(good), "")
		if good.Why == assess.WhyFirstRead {
			continue // every level and every measure is new
		}
		for _, level := range good.Levels {
			t.wrap("    ", fmt.Sprintf("%s: %s → %s", level.Pillar, level.From, level.To), "")
		}
		if good.Why == assess.WhyRules {
			t.wrap("    • ", "By the present rules it stood there before, too.", "")
			continue
		}
		for _, cause := range good.Causes {
			t.wrap("    • ", fmt.Sprintf("%s: %s → %s. %s", cause.Name, shortMeasureText(cause.Before), shortMeasureText(cause.After), causeSentence(cause)), "")
		}
		if len(good.Causes) == 0 {
			t.wrap("    • ", "No measure that a reason names changed.", "")
		}
	}
}

// stagesOf is the stage of a good, and the one before where it is another and was judged.
func stagesOf(good report.ChangedGood) string {
	if good.From == good.To || good.Why == assess.WhyFirstRead {
		return string(good.To)
	}
	return fmt.Sprintf("%s → %s", good.From, good.To)
}

// causeSentence is the sentence of a cause, marked where it held before only.
func causeSentence(cause assess.ChangeCause) string {
	if cause.Gone {
		return "No longer: " + cause.Reason
	}
	return cause.Reason
}

// shortMeasureText writes a measure in few words: "3 people", "at least 3 people",
// "unknown (offline)".
func shortMeasureText(m observation.Measure) string {
	switch m.State {
	case observation.Measured:
		return report.English.MeasureText(m)
	case observation.NotApplicable:
		return "does not apply"
	case observation.Unknown:
		return "unknown (" + strings.ReplaceAll(string(m.Cause), "-", " ") + ")"
	}
	return "not read"
}

func (t *layout) moves(title string, moves []report.Move, stage func(report.Move) assess.Stage) {
	if len(moves) == 0 {
		return
	}
	t.title(title)
	for _, move := range moves {
		t.wrap("  ", move.Name+": "+string(stage(move)), "")
	}
}
