package scorecard

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ossf/scorecard/v5/checker"
	"github.com/ossf/scorecard/v5/checks/evaluation"
	"github.com/ossf/scorecard/v5/checks/raw/github"
	"github.com/ossf/scorecard/v5/checks/raw/gitlab"
	sce "github.com/ossf/scorecard/v5/errors"
	"github.com/ossf/scorecard/v5/finding"
	"github.com/ossf/scorecard/v5/probes"
	"github.com/ossf/scorecard/v5/probes/zrunner"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
	"github.com/midspan/midspan/scanners"
)

// panicError marks a check that panicked.
type panicError struct{ value any }

func (e panicError) Error() string { return fmt.Sprintf("the check panicked: %v", e.value) }

// outcome is what the library made of one check, and which of the files that
// the check opened could not be read.
type outcome struct {
	checker.CheckResult
	unread []unreadFile
	byName int // files that the check would open and that were judged by their names
	raw    *checker.RawResults
	asked  []string // file names of workflows whose runs the check asked for
}

// runCheck runs one check with a client of its own. The library's runner is
// not used: it would add retries and statistics, and run all checks at once,
// each reading all files.
func (s *Scanner) runCheck(ctx context.Context, spec fileCheck, in scanners.Input, files *tree) (result outcome) {
	client := newClient(ctx, spec, in.Repository.URL, files)
	logger := checker.NewLogger()
	raw := &checker.RawResults{}
	defer func() {
		result.raw, result.asked = raw, client.asked
		if value := recover(); value != nil {
			result.CheckResult = checker.CreateRuntimeErrorResult(spec.name, panicError{value})
		}
		result.Details = logger.Flush()
		result.unread = client.unread
		if spec.firstBytesOnly {
			result.byName = len(files.paths) - len(client.paths)
		}
	}()
	run := spec.run
	if run == nil {
		run = s.functions[spec.name].Fn
	}
	metadata := map[string]string{
		"repository.host": in.Repository.Host, "repository.uri": in.Repository.URL, "repository.sha1": in.Snapshot.Commit(),
	}
	raw.Metadata.Metadata = metadata
	result.CheckResult = run(&checker.CheckRequest{Ctx: ctx, RepoClient: client, Repo: client.repo, Dlogger: logger, RawResults: raw})
	return result
}

// packaging is the library's check for a client that it does not know: its own
// function inspects the type of the client and gives up.
func packaging(request *checker.CheckRequest) checker.CheckResult {
	const name = "Packaging"
	var data checker.PackagingData
	for _, read := range []func(*checker.CheckRequest) (checker.PackagingData, error){github.Packaging, gitlab.Packaging} {
		part, err := read(request)
		if err != nil {
			return checker.CreateRuntimeErrorResult(name, sce.WithMessage(sce.ErrScorecardInternal, err.Error()))
		}
		data.Packages = append(data.Packages, part.Packages...)
	}
	request.RawResults.PackagingResults = data
	findings, err := zrunner.Run(request.RawResults, probes.Packaging)
	if err != nil {
		return checker.CreateRuntimeErrorResult(name, sce.WithMessage(sce.ErrScorecardInternal, err.Error()))
	}
	result := evaluation.Packaging(name, findings, request.Dlogger)
	result.Findings = findings
	if files, is := request.RepoClient.(*client); is && len(files.asked) > 0 {
		files.neverRan = true
		_, _ = github.Packaging(request) // asks for the runs of all workflows that publish
	}
	return result
}

// check turns the library's result into a Check. A score is unknown where some of
// its files could not be read, unless no file could change it.
func (s *Scanner) check(spec fileCheck, result outcome) observation.Check {
	check := observation.Check{
		Name: spec.name, State: observation.Measured, Score: result.Score,
		Reason: observation.OneLine(result.Reason), Details: details(spec, result), DocURL: s.docURL(spec.name),
	}
	switch {
	case len(result.unread) > 0 && (result.Error != nil || result.Score != spec.decisiveScore || spec.decisiveScore == noDecisiveScore):
		check.State, check.Cause, check.Reason = observation.Unknown, result.unread[0].cause, unreadReason(result.unread)
		check.Remedy = "Fetch the mirror again, with its files."
		if check.Cause == observation.CauseOverLimit {
			check.Remedy = "Allow larger files to be read."
		}
	case result.Error != nil:
		// The library quotes what in a file it could not parse.
		check.Reason = observation.RedactQuoted(check.Reason)
		check.State, check.Cause = observation.Unknown, observation.CauseScannerFailed
		if _, ok := result.Error.(panicError); ok {
			check.Cause = observation.CauseScannerPanic
		}
		check.Remedy = "See whether the file that the reason names is well formed; otherwise report it to OpenSSF Scorecard."
	case result.Score < checker.MinResultScore:
		check.State, check.Cause = inconclusive(spec, result.Findings)
		if check.State == observation.Unknown {
			check.Remedy = spec.remedy
		}
	case result.Score == checker.MinResultScore && spec.zeroIsUnknown:
		check.State, check.Cause = observation.Unknown, observation.CauseOffline
		check.Reason = "nothing found in the repository's files, and " + spec.unreadSource
		check.Remedy = spec.remedy
	case result.Score < checker.MaxResultScore:
		check.Remedy = spec.remedy
	}
	if check.State != observation.Measured {
		check.Score = 0
	}
	return check
}

// inconclusive is the state of a check that ran and gave no score. Where a
// part of its input did not parse, nothing found does not mean nothing there.
func inconclusive(spec fileCheck, findings []finding.Finding) (observation.State, observation.Cause) {
	for i := range findings {
		if outcome := findings[i].Outcome; outcome == finding.OutcomeError || outcome == finding.OutcomeNotSupported {
			return observation.Unknown, observation.CauseBroken
		}
	}
	if spec.inconclusive == observation.NotApplicable {
		return observation.NotApplicable, ""
	}
	return observation.Unknown, observation.CauseNoSource
}

func unreadReason(unread []unreadFile) string {
	first := unread[0]
	if len(unread) == 1 {
		return fmt.Sprintf("a file that the check reads could not be read: %s: %v", observation.OneLine(first.path), observation.OneLine(first.err.Error()))
	}
	return fmt.Sprintf(
		"%d files that the check reads could not be read, the first: %s: %v", len(unread), observation.OneLine(first.path), observation.OneLine(first.err.Error()))
}

// maxDetails bounds the details of one check.
const maxDetails = 20

// details turns what a check logged into lines: warnings first, then by place,
// because the library's own order is that of a map. Debug lines are dropped,
// and so is droppedDetail.
func details(spec fileCheck, result outcome) []string {
	var lines []detail
	for i := range result.Details {
		logged := newDetail(&result.Details[i])
		if spec.anyJob {
			logged.line = 0
		}
		if result.Details[i].Type != checker.DetailDebug && (spec.droppedDetail == "" || logged.text != spec.droppedDetail) {
			lines = append(lines, logged)
		}
	}
	slices.SortFunc(lines, detail.compare)
	lines = slices.Compact(lines)
	var texts []string
	for i, line := range lines {
		if i == maxDetails {
			texts = append(texts, fmt.Sprintf("and %d more", len(lines)-maxDetails))
			break
		}
		texts = append(texts, line.String())
	}
	return texts
}

// byNameNote qualifies a score for which not every file was opened.
func byNameNote(files int) string {
	if files == 0 {
		return ""
	}
	return fmt.Sprintf("files judged by their names, as text, sources, media or data: %d", files)
}

type detail struct {
	warning bool
	path    string
	line    uint
	text    string
}

func newDetail(logged *checker.CheckDetail) detail {
	d := detail{warning: logged.Type == checker.DetailWarn, path: logged.Msg.Path, line: logged.Msg.Offset, text: logged.Msg.Text}
	if found := logged.Msg.Finding; found != nil {
		d.text = found.Message
		if found.Location != nil {
			d.path = found.Location.Path
			if found.Location.LineStart != nil {
				d.line = *found.Location.LineStart
			}
		}
	}
	d.text = redact.Text(d.text) // scripts and workflows that are quoted may hold a token
	return d
}

func (d detail) compare(other detail) int {
	if d.warning != other.warning {
		if d.warning {
			return -1
		}
		return 1
	}
	return cmp.Or(strings.Compare(d.path, other.path), cmp.Compare(d.line, other.line), strings.Compare(d.text, other.text))
}

// String is "warn: <path>:<line>: <text>".
func (d detail) String() string {
	level := "info: "
	if d.warning {
		level = "warn: "
	}
	switch {
	case d.path == "":
		return level + observation.OneLine(d.text)
	case d.line == 0:
		return level + observation.OneLine(d.path+": "+d.text)
	}
	return level + observation.OneLine(fmt.Sprintf("%s:%d: %s", d.path, d.line, d.text))
}
