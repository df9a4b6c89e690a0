package observation

import "slices"

// Cause is the class of reason for which something is unknown. Causes are
// counted in reports, so they form a closed list.
type Cause string

// The causes of an unknown measure or a failed unit of work.
const (
	CauseOffline        Cause = "offline"              // the network was switched off
	CauseNoToken        Cause = "no-token"             // a forge's API needs a token
	CauseNotAsked       Cause = "not-asked"            // a service on the network could tell, and was not asked
	CauseMissingObjects Cause = "missing-objects"      // the mirror lacks blobs or trees
	CauseUnsupported    Cause = "unsupported"          // no reader for this kind of input
	CauseNoDatabase     Cause = "no-advisory-database" // no advisories for the ecosystem
	CauseNoVersion      Cause = "no-version"           // a package without a version matches nothing
	CauseUndecided      Cause = "undecided"            // an advisory names a package and not its versions
	CauseNoSource       Cause = "no-source"            // none of the sources that were read states it
	CauseNoRepository   Cause = "no-repository"        // the good names no repository
	CauseBadURL         Cause = "bad-url"              // a URL that is no repository
	CauseNotFound       Cause = "not-found"            // the repository or mirror is not there
	CauseUnreachable    Cause = "unreachable"          // the network or the server failed
	CauseEmpty          Cause = "empty-repository"     // a repository without commits
	CauseNoBranch       Cause = "no-default-branch"    // HEAD points nowhere, other branches exist
	CauseCorrupt        Cause = "corrupt"              // git refuses to read the repository
	CauseBroken         Cause = "broken-input"         // a manifest or record that does not parse
	CauseOverLimit      Cause = "over-limit"           // a limit on time, size or files was met
	CauseScannerFailed  Cause = "scanner-failed"       // a scanner returned an error
	CauseScannerPanic   Cause = "scanner-panic"        // a scanner panicked
	CauseStale          Cause = "stale"                // too old to be valid today
	CauseRemark         Cause = "remark"               // read, though not as it was written: nothing is lost
)

// Causes lists all causes.
func Causes() []Cause {
	return []Cause{
		CauseOffline, CauseNoToken, CauseNotAsked, CauseMissingObjects, CauseUnsupported, CauseNoDatabase,
		CauseNoVersion, CauseUndecided, CauseNoSource, CauseNoRepository, CauseBadURL, CauseNotFound,
		CauseUnreachable, CauseEmpty, CauseNoBranch, CauseCorrupt, CauseBroken,
		CauseOverLimit, CauseScannerFailed, CauseScannerPanic, CauseStale, CauseRemark,
	}
}

// Valid reports whether c is one of Causes.
func (c Cause) Valid() bool { return slices.Contains(Causes(), c) }
