package terminal

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// WriteDiff writes a difference for a terminal of the given width. Text from
// outside is stripped of control characters.
func WriteDiff(w io.Writer, d report.Diff, width int, colour bool) error {
	t := &layout{width: min(max(width, minWidth), 100), colour: colour}
	t.wrap("",
		fmt.Sprintf(
			"From %s to %s: %s entered the messy middle, %d left it, %d moved otherwise, %d kept the stage while a level changed, %d new, %d gone; %d as they were.",
			d.Since.Format(time.DateOnly), d.Until.Format(time.DateOnly), goodsOf(len(d.Entered)), len(d.Left), len(d.Moved), len(d.Shifted), len(d.Added),
			len(d.Removed), d.Unchanged), "")
	for _, list := range []struct {
		title string
		goods []report.ChangedGood
	}{{"Entered the messy middle", d.Entered}, {"Left the messy middle", d.Left}, {"Moved otherwise", d.Moved}, {"Same stage, other levels", d.Shifted}} {
		t.changedGoods(list.title, list.goods)
	}
	t.moves("New in the catalog", d.Added, func(m report.Move) assess.Stage { return m.To })
	t.moves("No longer in the catalog", d.Removed, func(m report.Move) assess.Stage { return m.From })
	if _, err := io.WriteString(w, t.out.String()); err != nil {
		return fmt.Errorf("write the difference: %w", err)
	}
	return nil
}

func goodsOf(n int) string {
	if n == 1 {
		return "1 good"
	}
	return strconv.Itoa(n) + " goods"
}

func (t *layout) changedGoods(title string, goods []report.ChangedGood) {
	if len(goods) == 0 {
		return
	}
	t.title(title)
	for _, good := range goods {
		stages := string(good.To)
		if good.From != good.To {
			stages = fmt.Sprintf("%s → %s", good.From, good.To)
		}
		t.wrap("  ", report.CleanText(good.Name)+": "+stages, "")
		for _, level := range good.Levels {
			t.wrap("    ", fmt.Sprintf("%s: %s → %s", level.Pillar, level.From, level.To), "")
		}
		for _, cause := range good.Causes {
			t.wrap("    • ", fmt.Sprintf("%s: %s → %s. %s", cause.Name, shortMeasureText(cause.Before), shortMeasureText(cause.After), causeSentence(cause)), "")
		}
		if len(good.Causes) == 0 {
			t.wrap("    • ", "No measure behind it changed: the rules or the program did.", "")
		}
	}
}

// causeSentence is the sentence of a cause, marked where it held before only.
func causeSentence(cause assess.ChangeCause) string {
	if cause.Gone {
		return "No longer: " + cause.Reason
	}
	return cause.Reason
}

// shortMeasureText writes a measure in few words: "3", "at least 3", "unknown (offline)".
func shortMeasureText(m observation.Measure) string {
	switch m.State {
	case observation.Measured:
		value, err := json.Marshal(m.Value)
		if err != nil {
			return "?"
		}
		text := report.CleanText(strings.Trim(string(value), `"`))
		switch m.Bound {
		case observation.AtLeast:
			return "at least " + text
		case observation.AtMost:
			return "at most " + text
		}
		return text
	case observation.NotApplicable:
		return "does not apply"
	case observation.Unknown:
		return "unknown (" + string(m.Cause) + ")"
	}
	return "not read"
}

func (t *layout) moves(title string, moves []report.Move, stage func(report.Move) assess.Stage) {
	if len(moves) == 0 {
		return
	}
	t.title(title)
	for _, move := range moves {
		t.wrap("  ", report.CleanText(move.Name)+": "+string(stage(move)), "")
	}
}
