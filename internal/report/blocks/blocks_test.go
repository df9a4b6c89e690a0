package blocks_test

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/blocks"
)

func TestABlockIsSaidInTheWordsOfWhoeverPays(t *testing.T) {
	for _, test := range []struct {
		block portfolio.Block
		want  string
	}{
		{portfolio.Block{Goods: []string{"a", "b"}, Direct: 1, Lifecycle: portfolio.Ended, Effort: portfolio.Light, Instead: "other"},
			"2 goods rest on it, and 1 chose it. Its makers left it. They name other in its place. Replacing it is light work: few chose it."},
		{portfolio.Block{Goods: []string{"a", "b", "c"}, Direct: 3, Lifecycle: portfolio.Deprecated, Effort: portfolio.Heavy},
			"3 goods rest on it, and 3 chose it. Its makers gave up a version that is in use. Replacing it is heavy work: many chose it."},
		{portfolio.Block{Goods: []string{"a", "b"}, Lifecycle: portfolio.Kept, OnePerson: true},
			"2 goods rest on it, and 0 chose it. One person does half of the work on it or more. Nobody chose it: it comes with other packages, and is replaced there."},
		{portfolio.Block{Goods: []string{"a", "b"}, Direct: 1, Lifecycle: portfolio.Deprecated, Effort: portfolio.Light,
			Said: portfolio.Said{By: "deps.dev (CC BY 4.0)", Day: "2026-11-30", Reason: "use right."}},
			"2 goods rest on it, and 1 chose it. Its registry calls it deprecated. deps.dev (CC BY 4.0) said so on 2026-11-30. " +
				"The reason given there: use right. Replacing it is light work: few chose it."},
		{portfolio.Block{Goods: []string{"a", "b"}, Direct: 1, Lifecycle: portfolio.Quiet, OnePerson: true, Effort: portfolio.Light,
			Said: portfolio.Said{By: "deps.dev (CC BY 4.0)", Day: "2026-11-30"}},
			"2 goods rest on it, and 1 chose it. One person does half of the work on it or more. Replacing it is light work: few chose it."},
	} {
		if got := blocks.Text(report.English, test.block); got != test.want {
			t.Errorf("%s\nwant %s", got, test.want)
		}
	}
	long := blocks.Text(report.English, portfolio.Block{Instead: strings.Repeat("x", 500)})
	if len(long) > 300 {
		t.Errorf("a name of others has %d bytes", len(long))
	}
}
