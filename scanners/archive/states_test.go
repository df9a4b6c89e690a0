package archive

import (
	"testing"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/scannertest"
)

// TestEveryMeasureIsPresentAbsentOrUnknownWithItsCause drives each measure through what the
// archive may answer.
func TestEveryMeasureIsPresentAbsentOrUnknownWithItsCause(t *testing.T) {
	scannertest.States{
		Of: func(t *testing.T, state string, faults *scannertest.Faults) (scanners.Source, string, scanners.Question) {
			visits := map[string]string{}
			if state == scannertest.Present {
				visits[tide] = visitOf("2026-05-01T08:00:00.5+00:00", `"`+snapshot+`"`)
			}
			k := newKept(t, visits)
			faults.Before(k.Server)
			return k.source(), tide, scanners.Question{}
		},
		Tables: map[string]map[string]string{scannertest.Present: {observation.ArchiveKept: "true", observation.ArchiveVisitDays: "60",
			observation.ArchiveAddress: home + "/swh:1:snp:" + snapshot + ";origin=" + tide},
			"absent": {observation.ArchiveKept: "false", observation.ArchiveVisitDays: "none", observation.ArchiveAddress: "none"}},
	}.Drive(t, today)
}
