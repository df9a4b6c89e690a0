package signals_test

import (
	"testing"

	"github.com/midspan/midspan/scanners/scannertest"
	"github.com/midspan/midspan/scanners/signals"
)

func TestScanReadsNothingThatItDoesNotWant(t *testing.T) {
	dir := repository(t, files{
		"LICENSE": mit, "main.go": "package main", "docs/LICENSE": "other", "license.old": "older",
	}, files{
		"LICENSE": removed, "COPYING": "link:legal/mit.txt", "Copying.GPL": "GNU", "legal/mit.txt": mit, "LICENSES/MIT.txt": mit, "LICENSES/deep/x": "x",
		"ReadMe.md": "# Thing\n**DEPRECATED**\n", "docs/readme.txt": "hidden by the first", ".GitHub/funding.yml": "github: [a]",
		".well-known/funding.json": `{"funding": {"plans": [{"status": "active"}]}}`, "package.json": `{"funding": "https://x.invalid"}`,
		"publiccode.yml": "name: x\nurl: https://x.invalid/x\ndevelopmentStatus: obsolete\n",
		"SECURITY.md":    "by mail", "docs/GOVERNANCE.md": "we all", ".github/workflows/ci.yml": "on: push", "deep/er/package.json": "{}",
	})
	scannertest.CheckWants(t, signals.New(), dir, asOf, "legal/mit.txt")
}

// Over real repositories, where they are at hand.
func TestScanOfRealRepositoriesReadsNothingThatItDoesNotWant(t *testing.T) {
	scannertest.CheckWantsOfMirrors(t, signals.New(), asOf)
}
