// SPDX-License-Identifier: Apache-2.0

//go:build !agent

package collateral

import (
	_ "embed" // the template
	"encoding/json"
	"fmt"
	"html/template"
	"io"
)

//go:embed page.html.tmpl
var pageTemplate string

// writeHTML writes front matter, in YAML, and the page.
func writeHTML(w io.Writer, p page) error {
	t, err := template.New("page").Parse(pageTemplate)
	if err != nil {
		return err
	}
	title, err := json.Marshal(p.Title) // strings of JSON are some of YAML, too
	if err != nil {
		return err
	}
	description, err := json.Marshal(p.Description)
	if err != nil {
		return err
	}
	const front = "---\ntitle: %s\ndescription: %s\ngenerator: krtkit-collateral\nnumber_of_entries: %d\nmax_toc_level: 2\n---\n"
	if _, err := fmt.Fprintf(w, front, title, description, p.Entries()); err != nil {
		return err
	}
	return t.Execute(w, p)
}
