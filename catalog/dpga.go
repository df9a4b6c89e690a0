package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
)

const formatDPGA = "dpga"

// readDPGA reads the registry of the Digital Public Goods Alliance: a list of
// entries, one entry, or an object that holds the list, in the present or the
// old format.
func readDPGA(data []byte, _ string) (Catalog, error) {
	data = bytes.TrimSpace(data)
	c := Catalog{Name: formatDPGA}
	entries, err := jsonEntries(data)
	if err != nil {
		return c, err
	}
	if !slices.ContainsFunc(entries, isDPGA) {
		if slices.ContainsFunc(entries, isForgeEntry) {
			return readForge(entries), nil
		}
		return c, errors.New(
			"no entry of it has the fields of the DPG registry (repositories, stage, SDGs, …) or of a forge's API (html_url, " +
				"http_url_to_repo): give a saved answer of one of them")
	}
	for i, raw := range entries {
		fields, err := jsonObject(raw)
		if err != nil {
			c.drop(entryName("", i), "is not an object: correct it in the catalog")
			continue
		}
		id := entryID(fields)
		c.add(dpgaGood(fields, id, entryName(id, i)))
	}
	return c, nil
}

// isDPGA reports whether an entry has a field that other JSON files with names
// and descriptions lack.
func isDPGA(raw json.RawMessage) bool {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return false
	}
	return slices.ContainsFunc([]string{
		"repositories", "stage", "SDGs", "sdgs", "organizations", "locations", "openlicenses", "categories", "sectors", "dpgid", "repositoryURL",
	},
		func(key string) bool { return fields[key] != nil })
}

// jsonEntries returns the entries of a saved API response: the items of a list, the
// items of the only list of an object without a name, or the values that
// follow each other in the file.
func jsonEntries(data []byte) ([]json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	var entries []json.RawMessage
	for {
		var value json.RawMessage
		err := decoder.Decode(&value)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, jsonError(err, len(data))
		}
		found, err := unwrapEntries(value)
		if err != nil {
			return nil, err
		}
		if entries = append(entries, found...); len(entries) > maxEntries {
			return nil, errTooMany()
		}
	}
	if len(entries) == 0 {
		return nil, errors.New("it is a JSON list without entries: save the registry's answer again")
	}
	return entries, nil
}

// unwrapEntries returns the items of a list, or of the list in an envelope like
// {"data": [...]}; anything else is one entry.
func unwrapEntries(value json.RawMessage) ([]json.RawMessage, error) {
	if isJSONList(value) {
		return jsonItems(value)
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(value, &fields) != nil || fields["name"] != nil {
		return []json.RawMessage{value}, nil
	}
	for _, key := range []string{"data", "dpgs", "nominees", "items", "results", "goods", "entries"} {
		if isJSONList(fields[key]) {
			return jsonItems(fields[key])
		}
	}
	return []json.RawMessage{value}, nil
}

func isJSONList(value []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(value), []byte("[")) }

// jsonItems returns the items of a list, one after the other, so that a list of too many is
// not held.
func jsonItems(list []byte) ([]json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(list))
	_, err := decoder.Token() // its bracket
	items := []json.RawMessage{}
	for err == nil && decoder.More() {
		if len(items) == maxEntries {
			return nil, errTooMany()
		}
		var item json.RawMessage
		err = decoder.Decode(&item)
		items = append(items, item)
	}
	return items, err
}

func jsonError(err error, size int) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the JSON ends in the middle, after %d bytes: the file is truncated; fetch it again", size)
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("it is not valid JSON at byte %d (%w): fetch or correct it", syntax.Offset, err)
	}
	return fmt.Errorf("it is not valid JSON: %w", err)
}

func jsonObject(raw []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var fields map[string]any
	if err := decoder.Decode(&fields); err != nil {
		return nil, err
	}
	if fields == nil {
		return nil, errors.New("null")
	}
	return fields, nil
}

// entryID is the registry's own id of an entry.
func entryID(fields map[string]any) string {
	for _, key := range []string{"dpgid", "id"} {
		switch v := fields[key].(type) {
		case string:
			if v = strings.TrimSpace(v); v != "" {
				return quote(v)
			}
		case json.Number:
			return v.String()
		}
	}
	return ""
}

// dpgaGood turns one entry of either format into a good; false where it has
// neither a name nor a repository nor a fallback. Sources are the files or the
// id of the entry. Contact names and addresses in entries are never read.
func dpgaGood(fields map[string]any, fallback string, sources ...string) (Good, bool) {
	notes := &entryNotes{subject: sources[0]}
	r := record{notes, fields, ""}
	g := Good{
		Name:          r.text("name"),
		Aliases:       r.texts("aliases"),
		Description:   r.text("description"),
		Website:       notes.webAddress(r.text("website"), "website"),
		Types:         types(r.texts("type", "categories")),
		Licenses:      dpgaLicenses(r),
		SDGs:          notes.goals(dpgaGoals(r)),
		Sectors:       r.texts("sectors"),
		Status:        r.text("stage"),
		Organizations: dpgaOrganizations(r),
	}
	g.Aliases = slices.DeleteFunc(g.Aliases, func(alias string) bool { return alias == g.Name })
	locations := r.object("locations")
	g.DevelopmentCountries = dpgaCountries(locations, "developmentCountries")
	g.DeploymentCountries = dpgaCountries(locations, "deploymentCountries")
	for _, repository := range r.records("url", "repositories") {
		g.addRepositories(notes, repository.joined("\n", "url"), repository.text("name"), Claimed)
	}
	if former := r.joined("\n", "repositoryURL"); former != "" && len(g.Repositories) == 0 { // until 2022
		g.addRepositories(notes, former, "", Claimed)
	}
	for _, source := range sources {
		g.Sources = append(g.Sources, Source{Catalog: formatDPGA, Entry: source})
	}
	return g, g.finish(notes, fallback)
}

func dpgaLicenses(r record) []string {
	var ids []string
	for _, license := range r.records("spdx", "license") {
		ids = append(ids, redact.Text(license.text("spdx")))
	}
	for _, license := range r.records("openLicense", "openlicenses", "openLicenses") {
		ids = append(ids, redact.Text(license.text("openLicense")))
	}
	return licenses(ids)
}

// dpgaGoals collects SDGs: [{SDGNumber: 3}] in the old format, {sdg: ["SDG3:
// …"], relevance} or a list of {sdg, relevance} in the present one. The
// relevance is prose with numbers of its own and is not read.
func dpgaGoals(r record) []string {
	var goals []string
	for _, goal := range r.records("sdg", "SDGs", "sdgs") {
		for _, name := range []string{"SDGNumber", "sdg", "sdgNumber"} {
			value, _ := goal.find(name)
			goals = append(goals, scalars(value)...)
		}
	}
	return goals
}

// scalars lists the texts and numbers of a value, which may be a list.
func scalars(value any) []string {
	switch v := value.(type) {
	case string:
		if strings.TrimSpace(v) != "" {
			return []string{v}
		}
	case json.Number:
		return []string{v.String()}
	case []any:
		var all []string
		for _, item := range v[:min(len(v), maxItems)] {
			if _, nested := item.([]any); !nested {
				all = append(all, scalars(item)...)
			}
		}
		return all
	}
	return nil
}

// dpgaOrganizations reads who stands behind an entry. Of a person neither the name nor the
// website is read.
func dpgaOrganizations(r record) []Organization {
	var list []Organization
	for _, o := range r.records("name", "organizations", "organisations") {
		person := o.isPerson()
		roles := strings.Split(strings.ToLower(redact.Text(o.joined(",", "org_type"))), ",")
		if roles = slices.DeleteFunc(roles, isPersonWord); len(roles) == 0 {
			roles = []string{""}
		}
		for _, role := range roles {
			organization := Organization{Name: Person, Role: strings.TrimSpace(role)}
			if !person {
				organization.Name, organization.Website = o.text("name"), o.webAddress(o.text("website"), o.path+"website")
			}
			if organization.Name != "" && !slices.Contains(list, organization) {
				list = append(list, organization)
			}
		}
	}
	return list
}

// dpgaCountries reads a list of countries. The registry's own software splits
// answers at commas and therefore writes a cedilla where a name has one. It
// writes [""] where the question was left blank: that is unknown, so nil.
func dpgaCountries(locations record, field string) []string {
	countries := locations.texts(field)
	if items, _ := locations.list(field); len(countries) == 0 && len(items) > 0 {
		return nil
	}
	for i, country := range countries {
		countries[i] = strings.NewReplacer("&#184;", ",", "\u00b8", ",").Replace(country)
	}
	return countries
}

// joinDPGA puts the two files of one entry together: what is in the
// nomination wins, the details add countries.
func joinDPGA(nominee, details map[string]any) map[string]any {
	joined := map[string]any{}
	maps.Copy(joined, details)
	maps.Copy(joined, nominee)
	return joined
}

func (c *Catalog) add(g Good, ok bool) {
	if !ok {
		c.drop(g.Sources[0].Entry, "has neither a name nor a repository: left out")
		return
	}
	c.Goods = append(c.Goods, g)
}

// drop notes an entry that became no good.
func (c *Catalog) drop(entry, format string, args ...any) {
	c.Notes = append(c.Notes, observation.Note{
		Cause:   observation.CauseBroken,
		Subject: quote(entry),
		Message: quote(entry) + " " + fmt.Sprintf(format, args...),
	})
}
