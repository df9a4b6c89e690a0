package live

import (
	"net/http"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/scannertest"
)

// TestEveryMeasureIsPresentAbsentOrUnknownWithItsCause drives each check through what GitHub and
// the other services may answer.
func TestEveryMeasureIsPresentAbsentOrUnknownWithItsCause(t *testing.T) {
	present := map[string]string{
		"posture-full.score":           "7.3",
		"posture-full.vulnerabilities": "unknown: unsupported", // until the match
	}
	for check, score := range map[string]string{"binary-artifacts": "9", "branch-protection": "6", "cii-best-practices": "7", "ci-tests": "10", "code-review": "10",
		"contributors": "10", "dangerous-workflow": "10", "dependency-update-tool": "10", "fuzzing": "10", "license": "10", "maintained": "0", "packaging": "10",
		"pinned-dependencies": "3", "sast": "7", "sbom": "5", "security-policy": "10", "signed-releases": "8", "token-permissions": "0", "webhooks": "10"} {
		present[observation.PostureFullPrefix+check] = score
	}
	scannertest.States{
		Partly: true, Derived: []string{observation.PostureFullScore},
		Skip: []string{"hollow"}, // which the library's decoders take for none
		Of: func(t *testing.T, _ string, faults *scannertest.Faults) (scanners.Source, string, scanners.Question) {
			g := newGitHub(t)
			faults.Key = func(r *http.Request, body string) string {
				key := r.Method + " " + r.URL.Path
				for _, of := range []string{"checkSuites(", "history(", "rulesets("} {
					if strings.Contains(body, of) {
						return key + " " + of
					}
				}
				return key
			}
			faults.Before(g.Server)
			return g.source(), tool, scanners.Question{Found: scanned(whole())}
		},
		Tables: map[string]map[string]string{scannertest.Present: present},
	}.Drive(t, today)
}
