// Package evidence reads what a repository holds as evidence for published criteria: which
// documents there are, what its Security Insights file fills in, of which standards for
// exchange there are files, which proprietary services its deployment files name, and how its
// data are described. docs/criteria.md says what is read for which criterion.
//
// It says that evidence is there, and never that it is good. It runs where the setting
// evidence or a policy asks for it.
package evidence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// Name is the scanner's name.
const Name = "evidence"

const (
	version = "2" // changes with the table, too
	// maxText bounds one file that is read, in bytes: they are written by hand.
	maxText = 512 << 10
	// maxRead and maxBytes bound the files of one role that are read of a repository: each is
	// held against every expression of the table.
	maxRead  = 200
	maxBytes = 4 << 20
	// maxLinks bounds the links that are followed.
	maxLinks = 1000
	// maxDetail bounds the places that a detail names.
	maxDetail = 12
)

// Scanner reads evidence. The zero value is ready.
type Scanner struct{}

// Name implements scanners.Scanner.
func (Scanner) Name() string { return Name }

// Version implements scanners.Scanner.
func (Scanner) Version() string { return version }

// Configuration implements scanners.Scanner.
func (Scanner) Configuration() string { return "" }

// DependsOnTime implements scanners.Scanner.
func (Scanner) DependsOnTime() bool { return false }

// Definitions implements scanners.Scanner.
func (Scanner) Definitions() []observation.Definition { return definitions }

// Wants implements scanners.Scanner.
func (Scanner) Wants(file gitrepo.File) gitrepo.Want {
	if p := placeOf(file); p.isRead() && file.Size <= maxText {
		return gitrepo.Needed
	}
	return gitrepo.Unwanted
}

var definitions = []observation.Definition{
	{ID: observation.EvidenceDocuments, Name: "Documents found", Kind: observation.KindList, Merge: observation.MergeUnion,
		Means: "Kinds of documents that are there by the name of a file, or by a heading of those for contributors: architecture, threat-model, support and others."},
	{ID: observation.InsightsFile, Name: "Security Insights file", Kind: observation.KindBool, Merge: observation.MergeAny,
		Means: "There is a Security Insights file that can be read.", Reference: "https://github.com/ossf/security-insights"},
	{ID: observation.InsightsFields, Name: "Security Insights fields", Kind: observation.KindList, Merge: observation.MergeUnion,
		Means: "Fields of the Security Insights file that are filled in, of those that criteria ask for.", Reference: "https://github.com/ossf/security-insights"},
	{ID: observation.InsightsInsecureLinks, Name: "Links without encryption in Security Insights", Kind: observation.KindNumber, Unit: observation.UnitLinks,
		Merge: observation.MergeSum, Means: "Addresses of the Security Insights file that begin with http and not with https."},
	{ID: observation.EvidenceInterfaces, Name: "Standards for exchange", Kind: observation.KindList, Merge: observation.MergeUnion,
		Means: "Standards for exchange of which there is a file by its name: OpenAPI, FHIR, DCAT and others. Whether it is followed is not tested."},
	{ID: observation.EvidenceServices, Name: "Proprietary services named", Kind: observation.KindList, Merge: observation.MergeUnion,
		Means: "Proprietary services that deployment files name: clouds, maps, messages. It may run without them."},
	{ID: observation.DataFiles, Name: "Data files", Kind: observation.KindNumber, Unit: observation.UnitFiles, Merge: observation.MergeSum,
		Means: "Files that hold data by their ending: tables, maps, statistics. Those of tests and of others' code do not count."},
	{ID: observation.DataCardFields, Name: "Dataset card", Kind: observation.KindList, Merge: observation.MergeUnion,
		Means:     "What the dataset card says: licence, source, language, size. A card is a datapackage.json, a file that bears the name, or the head of a readme.",
		Reference: "https://github.com/huggingface/hub-docs/blob/main/datasetcard.md"},
}

// found is what was seen, with the first place of each.
type found struct {
	documents, interfaces, services map[string]string
	insights, fields                map[string]string
	insecure                        int
	card                            map[string]string
	dataFiles, deployment           int
	unread                          map[string]error // by the measure that it leaves open
}

// Scan implements scanners.Scanner.
func (s Scanner) Scan(ctx context.Context, in scanners.Input) (observation.Observation, error) {
	result := observation.Observation{Scanner: Name, Version: version}
	table, err := parseTable(tableText)
	if err != nil {
		return result, err
	}
	f := &found{documents: map[string]string{}, interfaces: map[string]string{}, services: map[string]string{}, insights: map[string]string{},
		fields: map[string]string{}, unread: map[string]error{}}
	read, bytes, links := map[role]int{}, map[role]int64{}, 0
	for _, file := range in.Snapshot.Files() {
		if err := ctx.Err(); err != nil {
			return result, err
		}
		p, size, alias := placeOf(file), file.Size, false
		if p.skipped {
			continue
		}
		if p.link {
			links++
			var isFile bool
			if size, alias, isFile = f.follow(p, links, in.Snapshot.FS()); !isFile {
				continue
			}
		}
		table.look(p, f)
		if !p.isRead() || alias {
			continue
		}
		if size > maxText {
			f.leaveOpen(p, overLimit(file.Path, "more than %d bytes", maxText))
			continue
		}
		read[p.role]++
		if bytes[p.role] += size; read[p.role] > maxRead || bytes[p.role] > maxBytes {
			f.leaveOpen(p, overLimit(in.Snapshot.Commit(), "more than %d files or %d bytes of this kind", maxRead, maxBytes))
			continue
		}
		text, err := fs.ReadFile(in.Snapshot.FS(), file.Path)
		if err != nil {
			f.leaveOpen(p, err)
			continue
		}
		if note := table.read(p, text, f); note != nil {
			result.Notes = append(result.Notes, *note)
		}
	}
	result.Measures = f.measures(fmt.Sprintf("files of %.12s", in.Snapshot.Commit()), in)
	return result, nil
}

// follow follows a link: how large is the file to which it leads, and whether that one is read
// under its own name. What a link would say that leads nowhere is open.
func (f *found) follow(p place, number int, files fs.FS) (size int64, alias, isFile bool) {
	if number > maxLinks {
		err := overLimit(p.path, "more than %d links", maxLinks)
		f.leaveOpen(p, err)
		f.unread[observation.EvidenceDocuments], f.unread[observation.EvidenceInterfaces] = err, err
		return 0, false, false
	}
	info, err := fs.Stat(files, p.path)
	if err != nil {
		if _, ok := errors.AsType[*gitrepo.Error](err); !ok {
			err = &gitrepo.Error{Cause: observation.CauseBroken, Op: "follow", Subject: p.path, Err: err}
		}
		if p.isRead() {
			f.leaveOpen(p, err)
		}
		return 0, false, false
	}
	target, ok := info.Sys().(gitrepo.File)
	if !ok || info.IsDir() {
		return 0, false, false
	}
	named := placeOf(target)
	return target.Size, !named.skipped && named.role == p.role, true
}

func (f *found) leaveOpen(p place, err error) {
	for _, id := range p.leavesOpen() {
		f.unread[id] = err
	}
}

func overLimit(subject, format string, values ...any) error {
	return &gitrepo.Error{Cause: observation.CauseOverLimit, Op: "read evidence in", Subject: subject, Err: fmt.Errorf(format, values...)}
}

func (f *found) measures(source string, in scanners.Input) []observation.Measure {
	byID := map[string]observation.Definition{}
	for _, d := range definitions {
		byID[d.ID] = d
	}
	list := func(id string, from map[string]string) observation.Measure {
		if err := f.unread[id]; err != nil && len(from) == 0 {
			return byID[id].UnknownFor(gitrepo.CauseOf(err), "files could not be read")
		}
		m := byID[id].Of(slices.AppendSeq([]string{}, maps.Keys(from)), source, in.At)
		slices.Sort(m.Value.([]string))
		m.Detail = places(from)
		if f.unread[id] != nil {
			m.Bound = observation.AtLeast
		}
		return m
	}
	hasInsights := byID[observation.InsightsFile].Of(len(f.insights) > 0, source, in.At)
	hasInsights.Detail = places(f.insights)
	if err := f.unread[observation.InsightsFile]; err != nil && len(f.insights) == 0 {
		hasInsights = byID[observation.InsightsFile].UnknownFor(gitrepo.CauseOf(err), "its Security Insights file could not be read")
	}
	fields, insecure := list(observation.InsightsFields, f.fields), byID[observation.InsightsInsecureLinks].Of(f.insecure, source, in.At)
	switch err := f.unread[observation.InsightsFile]; {
	case err != nil && len(f.insights) == 0:
		insecure = byID[observation.InsightsInsecureLinks].UnknownFor(gitrepo.CauseOf(err), "files could not be read")
	case err != nil:
		insecure.Bound = observation.AtLeast
	case len(f.insights) == 0:
		const why = "there is no Security Insights file"
		fields, insecure = byID[observation.InsightsFields].NotApplicableFor(why), byID[observation.InsightsInsecureLinks].NotApplicableFor(why)
	}
	services := list(observation.EvidenceServices, f.services)
	if f.deployment == 0 && f.unread[observation.EvidenceServices] == nil {
		services = byID[observation.EvidenceServices].NotApplicableFor("no file says how it is installed and run")
	}
	card := byID[observation.DataCardFields].NotApplicableFor("no file is a dataset card")
	if f.card != nil || f.unread[observation.DataCardFields] != nil {
		card = list(observation.DataCardFields, f.card)
	}
	return []observation.Measure{
		list(observation.EvidenceDocuments, f.documents), hasInsights, fields, insecure, list(observation.EvidenceInterfaces, f.interfaces), services,
		byID[observation.DataFiles].Of(f.dataFiles, source, in.At), card,
	}
}

// places names the first places at which something was found.
func places(from map[string]string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(from)) {
		if where := from[name]; where != "" {
			all = append(all, name+": "+where)
		}
	}
	if more := len(all) - maxDetail; more > 0 {
		all = append(all[:maxDetail], "and "+scanners.Count(more, "more", "more"))
	}
	return strings.Join(all, "; ")
}
