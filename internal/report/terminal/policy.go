package terminal

import (
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/report"
)

// WritePolicy writes the result of a policy on one good for a terminal: each condition
// with its outcome and the reason.
func WritePolicy(w io.Writer, r policy.Result, width int, colour bool) error {
	t := &layout{width: min(max(width, minWidth), 100), colour: colour}
	r = report.Cleaned(r)
	t.wrap("", report.Cut(r.Name, 160), ansiBold)
	t.wrap("", r.PolicyName+": "+r.Summary(), outcomeColour[r.Outcome])
	for _, a := range r.Conditions {
		t.line("")
		outcome := string(a.Outcome)
		if a.Unseen {
			outcome = "unseen"
		}
		t.wrap("  "+runewidth.FillRight(outcome, 8), a.Title, outcomeColour[a.Outcome])
		t.wrap("          ", a.Because, ansiDim)
		if a.Remedy != "" {
			t.wrap("          ", "What to do: "+a.Remedy, "")
		}
	}
	if _, err := io.WriteString(w, t.out.String()); err != nil {
		return fmt.Errorf("write the policy's answers: %w", err)
	}
	return nil
}

var outcomeColour = map[policy.Outcome]string{policy.Pass: ansiGreen, policy.Fail: ansiRed, policy.Unknown: ansiYellow, policy.Partial: ansiYellow}

// PolicyTable writes a line a good as it comes: its outcome and which conditions
// do not pass.
type PolicyTable struct {
	w     *layout
	out   io.Writer
	count map[policy.Outcome]int
}

// NewPolicyTable begins a table for a terminal of the given width.
func NewPolicyTable(out io.Writer, width int, colour bool) *PolicyTable {
	return &PolicyTable{&layout{width: min(max(width, minWidth), 100), colour: colour}, out, map[policy.Outcome]int{}}
}

// Add writes the line of one good.
func (t *PolicyTable) Add(r policy.Result) error {
	r = report.Cleaned(r)
	t.count[r.Outcome]++
	t.w.wrap(runewidth.FillRight(string(r.Outcome), 9), report.Cut(r.Name, 60)+" ("+report.Cut(r.Good, 100)+")", outcomeColour[r.Outcome])
	for _, list := range []struct {
		title string
		names []string
	}{{"fail", conditionsOf(r, policy.Fail, false)}, {"unknown", conditionsOf(r, policy.Unknown, false)}, {"unseen", conditionsOf(r, policy.Unknown, true)},
		{"tolerated", r.Tolerated}} {
		if len(list.names) > 0 {
			t.w.wrap("         "+list.title+": ", report.English.ShortList(list.names), ansiDim)
		}
	}
	_, err := io.WriteString(t.out, t.w.out.String())
	t.w.out.Reset()
	return err
}

// End writes how many goods ended how.
func (t *PolicyTable) End() error {
	_, err := fmt.Fprintf(t.out, "\n%s.\n", CountOutcomes(t.count))
	return err
}

// CountOutcomes writes how many goods ended how: "1 pass, 3 fail, 2 unknown".
func CountOutcomes(n map[policy.Outcome]int) string {
	var parts []string
	for _, o := range []policy.Outcome{policy.Pass, policy.Partial, policy.Fail, policy.Unknown} {
		if o != policy.Partial || n[o] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[o], o))
		}
	}
	return strings.Join(parts, ", ")
}

func conditionsOf(r policy.Result, o policy.Outcome, unseen bool) []string {
	var names []string
	for _, a := range r.Conditions {
		if a.Outcome == o && a.Unseen == unseen {
			names = append(names, a.ID)
		}
	}
	return names
}
