package catalog

import (
	"cmp"

	"github.com/midspan/midspan/catalog/inventory"
	"github.com/midspan/midspan/internal/observation"
)

// readListed turns the rows of an inventory into goods. Rows of one id are one good.
func readListed(list inventory.List) (Catalog, error) {
	c := Catalog{Name: list.Name}
	if len(list.Rows) > maxEntries {
		return c, errTooMany()
	}
	if list.Omitted != "" {
		c.Notes = append(c.Notes, observation.Note{Cause: observation.CauseRemark, Subject: list.Name, Message: list.Omitted})
	}
	t := &table{catalog: &c, goods: map[string]*row{}}
	for _, r := range list.Rows {
		entry := quote(r.Entry)
		notes := &entryNotes{subject: entry}
		good := tableGood(record{notes, r.Fields, ""}, entry)
		good.Sources[0].Catalog = list.Name
		t.put(cmp.Or(good.ID, "entry "+r.Entry), good, notes)
	}
	t.finish()
	return c, nil
}
