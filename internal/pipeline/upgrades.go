package pipeline

import (
	"slices"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/report"
)

// maxUpgrades is how many upgrades a report lists of a good.
const maxUpgrades = 20

// upgrades plans the upgrades of one good: what it runs first.
func (e entry) upgrades() ([]portfolio.Upgrade, error) {
	one := portfolio.New()
	for i, scan := range e.brief.Scans {
		read := e.inventories[i]
		one.AddRepository(e.brief.ID, read.inventory.Packages, read.inventory.Uses, scan.Findings)
	}
	upgrades, err := one.FixFirst(maxUpgrades, advisory.Later, nil)
	slices.SortStableFunc(upgrades, func(a, b portfolio.Upgrade) int {
		return report.BoolToInt(a.Development) - report.BoolToInt(b.Development)
	})
	return upgrades, err
}
