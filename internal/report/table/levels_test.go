package table

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// Where a part was matched and nothing found, the table has no number to sort by.
func TestNothingFoundInAPartIsNoZeroInTheTable(t *testing.T) {
	var file strings.Builder
	rows := []report.Row{{Findings: report.Tally{State: observation.Measured}}, {Findings: report.Tally{State: observation.Measured, Exact: true}},
		{Findings: report.Tally{State: observation.Measured, N: 2}}}
	err := WriteData(time.Time{}, rows, nil, func(name string, content func(io.Writer) error) error {
		if name != Folder+"column-advisories.js" {
			return content(io.Discard)
		}
		return content(&file)
	})
	if err != nil || !strings.Contains(file.String(), `"value":[null,0,2]`) {
		t.Errorf("%v: %s", err, file.String())
	}
}

// The data of the table say of a level what its cell says, over every set of levels that can
// be possible.
func TestDataAndCellOfALevelSayTheSame(t *testing.T) {
	levels := assess.LevelsFromTop()
	for mask := 1; mask < 1<<len(levels); mask++ {
		p := assess.Pillar{Level: assess.LevelUnknown, Score: assess.Range{High: 100}}
		for i, level := range levels {
			if mask&(1<<i) != 0 {
				p.Possible = append(p.Possible, level)
			}
		}
		if len(p.Possible) == 1 {
			p.Level = p.Possible[0]
		}
		highest, lowest, unknown := p.Possible[0], p.Possible[len(p.Possible)-1], len(p.Possible) == len(levels)
		row, cell := LevelTexts()[LevelNumber(p)], report.English.LevelText(p)
		if row[0] != cell || (row[1] == "") != unknown || !unknown && (row[1] != string(lowest) || row[2] != string(highest)) {
			t.Errorf("%v is %v in the data of the table and %q in its cell", p.Possible, row, cell)
		}
	}
}
