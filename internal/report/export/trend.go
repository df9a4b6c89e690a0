package export

import (
	"strconv"

	"github.com/midspan/midspan/internal/report"
)

// TrendName is the file that holds the series of the goods.
const TrendName = "trend.json"

// TrendRows are the rows of trend.csv with their header: one for each good and run.
// Unknown numbers are empty.
func TrendRows(t report.Trend) [][]string {
	rows := [][]string{{"day", "id", "name", "stage", "score_low", "score_high", "findings", "people_12m", "rules",
		"findings_bound", "people_12m_bound"}}
	for _, good := range t.Goods {
		for _, p := range good.Points {
			if p.Run < 0 || p.Run >= len(t.Runs) {
				continue
			}
			run := t.Runs[p.Run]
			rows = append(rows, []string{run.Day, good.ID, good.Name, string(p.Stage), strconv.FormatFloat(p.Low, 'f', 1, 64),
				strconv.FormatFloat(p.High, 'f', 1, 64), countCell(p.Findings), countCell(p.People), string(run.Rules),
				string(p.FindingsBound), string(p.PeopleBound)})
		}
	}
	return rows
}
