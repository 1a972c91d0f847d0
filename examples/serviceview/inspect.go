// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/krtkit/krtkit/examples/serviceview/view"
	"github.com/krtkit/krtkit/krt"
)

// inspect prints how the view is derived, or what one object of it was made of.
func inspect(ctx context.Context, o options, w io.Writer, v *view.View) error {
	if err := krt.WaitIdle(ctx, v.Services); err != nil {
		return stopped(ctx, err)
	}
	text, err := picture(o.graph, v.Debug.Describe())
	if err == nil && o.explain != "" {
		var e krt.Explanation
		if e, err = explain(v, o.explain); err == nil {
			text += e.String()
		}
	}
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, text)
	return err
}

func picture(format string, g krt.Graph) (string, error) {
	switch format {
	case "table":
		return g.String(), nil
	case "mermaid":
		return g.Mermaid(), nil
	case "dot":
		return g.DOT(), nil
	case "json":
		b, err := json.MarshalIndent(g, "", "  ")
		return string(b) + "\n", err
	default:
		return "", nil
	}
}

// explain explains an object: KEY of the view, or COLLECTION:KEY.
func explain(v *view.View, what string) (krt.Explanation, error) {
	collection, key, ok := strings.Cut(what, ":")
	if !ok {
		return krt.Explain(v.Services, what)
	}
	g := v.Debug.Describe()
	i := slices.IndexFunc(g.Collections, func(c krt.CollectionInfo) bool { return c.Name == collection })
	if i < 0 {
		return krt.Explanation{}, fmt.Errorf("-explain %q: no collection is named %q; -graph table lists them", what, collection)
	}
	return v.Debug.Explain(g.Collections[i].ID, key)
}
