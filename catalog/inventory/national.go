package inventory

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// readCodeJSON reads an agency's code.json, of version 2.0 ("releases") or 1.0
// ("projects"), or the file of one repository. Its contact and its partners' are not read.
// Source: https://code.gov's metadata schema 2.0.0.
func readCodeJSON(d document) (List, error) {
	fields := d.fields
	list := List{Name: "code.json"}
	name, releases := "releases", items(fields["releases"])
	if releases == nil {
		name, releases = "projects", items(fields["projects"])
	}
	isList := releases != nil && (fields["agency"] != nil || fields["measurementType"] != nil)
	isOne := fields["permissions"] != nil && (fields["repositoryURL"] != nil || fields["repository"] != nil) && fields["name"] != nil
	switch {
	case isList:
		var agency string
		_ = json.Unmarshal(fields["agency"], &agency) // anything but a text is none
		for i, raw := range releases {
			list.Rows = append(list.Rows, codeJSONRow(recordOf(raw), numbered(name, i), agency))
		}
	case isOne:
		list.Rows = []Row{codeJSONRow(recordOf(d.text), "the release", "")}
	default:
		return List{}, errNotThis
	}
	return list, nil
}

func codeJSONRow(release record, entry, agency string) Row {
	row := Row{entry, map[string]any{}}
	row.set("name", release.first("name"))
	row.set("description", release.first("description", "longDescription", "shortDescription"))
	row.set("url", release.first("repositoryURL", "repository"))
	row.set("website", release.first("homepageURL", "homepage"))
	row.set("status", release.first("status"))
	row.set("sectors", release["tags"])
	row.set("type", "software")
	owner := release.text("organization")
	if owner == "" {
		owner = agency
	}
	row.set("owner", []string{owner})
	if owner == "" {
		delete(row.Fields, "owner")
	}
	var licences []string
	for _, licence := range release.record("permissions").records("licenses") {
		if name := licence.text("name"); name != "" && !strings.EqualFold(name, "null") {
			licences = append(licences, name)
		}
	}
	row.set("licence", licences)
	return row
}

// readSILL reads the list of France's public sector (SILL) in the forms that its server
// has had: the compiled list (wikidataSoftware, comptoirDuLibreSoftware), and the answer of
// its API (softwareName, codeRepositoryUrl). Agents and referents are persons: of them the
// names of their organizations are read, where the list counts users by these. Source: the
// types of https://github.com/codegouvfr/catalogi.
func readSILL(d document) (List, error) {
	var entries []json.RawMessage
	if d.fields == nil {
		entries = items(d.text)
	}
	for _, key := range []string{"softwares", "data", "results", "items"} {
		if entries == nil {
			entries = items(d.fields[key])
		}
	}
	list := List{Name: "sill"}
	for i, raw := range entries {
		software := recordOf(raw)
		if i == 0 && !isSILL(software) {
			return List{}, errNotThis
		}
		list.Rows = append(list.Rows, sillRow(software, numbered("entry", i)))
	}
	if len(list.Rows) == 0 {
		return List{}, errNotThis
	}
	return list, nil
}

func isSILL(software record) bool {
	marks := []string{"softwareName", "userAndReferentCountByOrganization", "wikidataSoftware", "comptoirDuLibreSoftware", "referencedSinceTime"}
	return slices.ContainsFunc(marks, func(field string) bool { _, is := software[field]; return is })
}

func sillRow(software record, entry string) Row {
	row := Row{entry, map[string]any{}}
	wikidata, comptoir := software.record("wikidataSoftware"), software.record("comptoirDuLibreSoftware").record("external_resources")
	if wikidata == nil {
		wikidata = software.record("softwareExternalData")
	}
	row.set("name", software.inLanguage("softwareName", "name"))
	row.set("description", software.inLanguage("softwareDescription", "description", "function"))
	website := software.text("officialWebsiteUrl", "url")
	for _, other := range []string{wikidata.text("websiteUrl"), comptoir.text("website")} {
		if website == "" {
			website = other
		}
	}
	row.set("website", website)
	for _, address := range []string{software.text("codeRepositoryUrl"), wikidata.text("sourceUrl"), comptoir.text("repository")} {
		if address != "" {
			row.set("claimed", address)
			break
		}
	}
	row.set("licence", software.text("license"))
	row.set("sectors", software.first("applicationCategories", "categories"))
	row.set("type", "software")
	if software.record("dereferencing") != nil {
		row.set("status", "taken off the list")
	}
	if counts := software.record("userAndReferentCountByOrganization"); counts != nil {
		users := slices.Sorted(maps.Keys(counts))
		if len(users) == 0 {
			row.set("usedby", "none")
		}
		row.set("usedby", users)
	}
	return row
}
