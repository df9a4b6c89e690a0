package signals

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// publiccodeFile is a repository's publiccode.yml as package catalog reads it.
type publiccodeFile struct {
	path  string // empty where there is none
	good  catalog.Good
	notes []observation.Note
	err   error
}

func readPubliccode(files *tree) publiccodeFile {
	file := publiccodeFile{path: files.firstOf(publiccodeKind)}
	if file.path == "" {
		return file
	}
	data, err := files.read(file.path)
	if err != nil {
		file.err = err
		return file
	}
	file.good, file.notes, err = catalog.ReadPubliccode(data, file.path)
	if err != nil {
		file.err = &unreadable{observation.CauseBroken, err.Error()}
	}
	return file
}

// contractEnd is the end of the contract that the file names, with false where
// it names none.
func (p publiccodeFile) contractEnd() (time.Time, bool) {
	if p.good.Maintenance == nil {
		return time.Time{}, false
	}
	end, err := time.Parse(time.DateOnly, p.good.Maintenance.ContractUntil)
	return end, err == nil
}

func daysUntil(end, at time.Time) int {
	today := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	return int(end.Sub(today) / (24 * time.Hour))
}

// fundingSource is who pays by the file: named funders, or a contract that still
// runs.
func (p publiccodeFile) fundingSource(at time.Time) fundingSource {
	f := fundingSource{kind: "publiccode.yml", couldReceive: true, err: p.err}
	if n := len(p.good.FundedBy); n > 0 {
		f.received = append(f.received, "funded by "+scanners.Count(n, "organization", "organizations"))
	}
	if end, ok := p.contractEnd(); ok && daysUntil(end, at.UTC()) >= 0 {
		f.received = append(f.received, "maintenance contract until "+end.Format(time.DateOnly))
	}
	return f
}

func scanLifecycle(out *measureSet, files *tree, declared publiccodeFile, readme readmeFile, own catalog.Repository) {
	writeSunset(out, files, declared, readme, own)
	fromPubliccode := []string{
		observation.LifecycleDevelopmentStatus, observation.MaintenanceType, observation.MaintenanceContractUntilDays,
		observation.AdoptionUsedByDeclared, observation.FundingFundedByDeclared,
	}
	for _, id := range fromPubliccode {
		switch {
		case declared.path == "":
			out.notApplicable(id, "no publiccode.yml")
		case declared.err != nil:
			out.unreadable(id, declared.err)
		default:
			out.unknown(id, observation.CauseNoSource, declared.path+" does not say")
		}
	}
	if declared.path == "" || declared.err != nil {
		return
	}
	good := declared.good
	if good.Status != "" {
		out.measured(observation.LifecycleDevelopmentStatus, good.Status, declared.path)
	}
	if good.Maintenance != nil && good.Maintenance.Type != "" {
		out.measured(observation.MaintenanceType, good.Maintenance.Type, declared.path)
	}
	if end, ok := declared.contractEnd(); ok {
		out.measured(observation.MaintenanceContractUntilDays, daysUntil(end, out.at.UTC()), declared.path)
	} else if good.Maintenance != nil && good.Maintenance.Type != "contract" {
		out.notApplicable(observation.MaintenanceContractUntilDays, "maintained without a contract")
	}
	if good.UsedBy != nil {
		declared.markTruncated(out.measured(observation.AdoptionUsedByDeclared, len(good.UsedBy), declared.path))
	}
	if good.FundedBy != nil {
		declared.markTruncated(out.measured(observation.FundingFundedByDeclared, len(good.FundedBy), declared.path))
	}
}

// markTruncated makes the count of a list a lower bound where the file has a list
// that is longer than what is read of it.
func (p publiccodeFile) markTruncated(m *observation.Measure) {
	for _, note := range p.notes {
		if note.Cause == observation.CauseOverLimit {
			m.Bound, m.Detail = observation.AtLeast, note.Message
			return
		}
	}
}

func writeSunset(out *measureSet, files *tree, declared publiccodeFile, readme readmeFile, own catalog.Repository) {
	if strings.EqualFold(declared.good.Status, "obsolete") {
		out.measured(observation.LifecycleSunsetDeclared, true, declared.path).Detail = "developmentStatus is obsolete"
		return
	}
	if kind, file := declaredEnd(files); kind != "" {
		out.measured(observation.LifecycleSunsetDeclared, true, file).Detail = kind
		return
	}
	end := readEnd(readme.body, own)
	if end.certain {
		out.measured(observation.LifecycleSunsetDeclared, true, readme.path).Detail = fmt.Sprintf("line %d says %s", end.line, end.kind)
		return
	}
	if err := cmp.Or(declared.err, readme.err); err != nil {
		out.unreadable(observation.LifecycleSunsetDeclared, err)
		return
	}
	read := slices.DeleteFunc([]string{declared.path, readme.path}, func(name string) bool { return name == "" })
	if len(read) == 0 {
		out.unknown(observation.LifecycleSunsetDeclared, observation.CauseNoSource, "there is neither a readme nor a publiccode.yml")
		return
	}
	m := out.measured(observation.LifecycleSunsetDeclared, false, strings.Join(read, ", "))
	if end.kind != "" {
		m.Detail = observation.EndSign + fmt.Sprintf("line %d of %s says %s", end.line, readme.path, end.kind)
	}
}
