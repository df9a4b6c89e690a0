package ledger

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/scannertest"
)

// TestEveryMeasureIsPresentAbsentOrUnknownWithItsCause drives each measure through what a
// ledger and the address of a manifest may answer.
func TestEveryMeasureIsPresentAbsentOrUnknownWithItsCause(t *testing.T) {
	scannertest.States{
		Of: func(t *testing.T, state string, faults *scannertest.Faults) (scanners.Source, string, scanners.Question) {
			p := newPlatform(t)
			named, text := "pier", funding
			switch state {
			case "unnamed": // no file names an account
				return (&trial{t: t, p: p}).source(), tide, scanners.Question{Found: found(evidence, nil)}
			case "absent":
				named = "ebb"
				text = strings.NewReplacer(`{"guid": "a", "status": "active", "amount": 5000, "currency": "EUR", "frequency": "yearly"},`, "",
					`{"status": "Active", "amount": "x"}`, `{"status": "inactive"}`, "1200.5", "0").Replace(text)
			}
			project := account("PROJECT", 123450, 7)
			project["parent"] = map[string]any{"slug": "harbour"}
			p.accounts = map[string]any{"pier": project, "ebb": account("COLLECTIVE", 0, 0)}
			p.texts["/funding.json"] = strings.ReplaceAll(text, "HERE", p.URL)
			faults.Before(p.Server)
			accounts := append(collectives(named), observation.Account{Platform: observation.FundingManifest, Name: p.URL + "/funding.json"})
			return (&trial{t: t, p: p}).source(), tide, scanners.Question{Found: found(evidence, accounts)}
		},
		Tables: map[string]map[string]string{scannertest.Present: {observation.LedgerCollectives: "1", observation.LedgerReceived: "true",
			observation.LedgerAmounts12m: "[opencollective.com/pier: 1234.50 EUR]", observation.LedgerContributions12m: "7",
			observation.LedgerParents: "[opencollective.com/harbour]", observation.LedgerManifestOwn: "true", observation.LedgerManifestIncome: "true",
			observation.LedgerManifestHistory: "[2019: 10.00 (currency not said) 2025: 1200.50 EUR]", observation.LedgerManifestSought: "[5000.00 EUR, yearly]"},
			"absent": {observation.LedgerCollectives: "1", observation.LedgerReceived: "false",
				observation.LedgerAmounts12m: "[opencollective.com/ebb: 0.00 EUR]", observation.LedgerContributions12m: "0", observation.LedgerParents: "[]",
				observation.LedgerManifestOwn: "true", observation.LedgerManifestIncome: "false",
				observation.LedgerManifestHistory: "[2019: 10.00 (currency not said) 2025: 0.00 EUR]", observation.LedgerManifestSought: "[]"},
			"unnamed": {observation.LedgerCollectives: "none", observation.LedgerReceived: "none", observation.LedgerAmounts12m: "none",
				observation.LedgerContributions12m: "none", observation.LedgerParents: "none", observation.LedgerManifestOwn: "none",
				observation.LedgerManifestIncome: "none", observation.LedgerManifestHistory: "none", observation.LedgerManifestSought: "none"}},
	}.Drive(t, today)
}
