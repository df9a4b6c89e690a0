package inventory

import (
	"cmp"
	"strings"
)

// readSPDX3 reads the packages of an SPDX 3.0 document in JSON-LD, which no library at hand
// reads. Source: https://spdx.github.io/spdx-spec/v3.0.1/serializations/.
func readSPDX3(d document) (List, error) {
	graph := items(d.fields["@graph"])
	if graph == nil || !strings.Contains(string(d.fields["@context"]), "spdx.org") {
		return List{}, errNotThis
	}
	b := &bill{List: List{Name: "spdx"}}
	roots := map[string]bool{}
	var packages []record
	for _, raw := range graph {
		switch element := recordOf(raw); {
		case element.text("type") == "software_Sbom":
			roots = rootsOf(element)
		case element.text("type") == "software_Package":
			packages = append(packages, element)
		}
	}
	for i, p := range packages {
		if len(packages) > 1 && len(roots) == 1 && roots[p.text("spdxId")] {
			continue
		}
		row := Row{cmp.Or(p.text("spdxId"), numbered("package", i)), map[string]any{}}
		row.set("name", p.first("name"))
		row.set("description", p.first("summary", "description"))
		row.set("website", p.first("software_homePage"))
		row.set("type", "software")
		purl := parsePURL(p.text("software_packageUrl"))
		for _, id := range p.records("externalIdentifier") {
			if purl.Type == "" && id.text("externalIdentifierType") == "packageUrl" {
				purl = parsePURL(id.text("identifier"))
			}
		}
		row.set("id", purl.id())
		address := vcsOf(p.text("software_downloadLocation"))
		for _, reference := range p.records("externalRef") {
			if locators, ok := reference["locator"].([]any); ok && len(locators) > 0 && reference.text("externalRefType") == "vcs" {
				locator, _ := locators[0].(string)
				address = cmp.Or(address, vcsOf("git+"+strings.TrimPrefix(locator, "git+")))
			}
		}
		row.set("url", cmp.Or(address, purl.repository()))
		b.add(cmp.Or(purl.id(), p.text("name")), row)
	}
	return b.finish(), nil
}

// rootsOf are the elements that a bill is of.
func rootsOf(bill record) map[string]bool {
	roots := map[string]bool{}
	list, _ := bill["rootElement"].([]any)
	for _, item := range list {
		if id, ok := item.(string); ok {
			roots[id] = true
		}
	}
	return roots
}
