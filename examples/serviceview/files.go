// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/examples/serviceview/manifest"
	"github.com/krtkit/krtkit/examples/serviceview/mirror"
	"github.com/krtkit/krtkit/examples/serviceview/render"
	"github.com/krtkit/krtkit/examples/serviceview/samples"
	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kubefake"
)

// runFiles shows manifests, in an API server of its own.
func runFiles(ctx context.Context, o options, out output) error {
	server := kubefake.NewServer()
	defer server.Close()
	m, err := mirror.New(server)
	if err != nil {
		return err
	}
	var (
		set  *manifest.Set
		plan mirror.Plan
	)
	if len(o.files) == 0 {
		set, plan = m.LoadFS(samples.FS())
	} else if set, plan, err = m.Load(o.files...); err != nil {
		return err
	}
	refused := m.Apply(ctx, plan)
	reportErrors(out, set, refused)
	reportLoaded(out, set)
	if o.once && len(set.Objects) == 0 && len(set.Errors) > 0 {
		return errors.New("nothing could be loaded")
	}

	client, err := kube.New(server.RESTConfig())
	if err != nil {
		return err
	}
	address := ""
	if !o.once && o.listen != "" {
		if address, err = server.Listen(o.listen); err != nil { //nolint:contextcheck // it serves until Close, not for a request
			return err
		}
	}
	return show(ctx, o, out, client, func(live *render.Live) func() {
		hint(o, out, address)
		return follow(ctx, o, out, m, set, live)
	})
}

// hint says what one can do while it runs.
func hint(o options, out output, address string) {
	if address != "" {
		out.say("\nChange something, and see what that changes:\n\n"+
			"  kubectl --server http://%s get services,pods -A\n"+
			"  kubectl --server http://%s apply -f FILE\n", address, address)
	}
	if len(o.files) > 0 {
		out.say("Files are read again when they change: %s", strings.Join(o.files, ", "))
	}
	out.say("Ctrl-C ends it.")
}

// follow keeps the server equal to the files until ctx ends. The function that it
// returns waits for that.
func follow(ctx context.Context, o options, out output, m *mirror.Mirror, set *manifest.Set, live *render.Live) (wait func()) {
	done := make(chan struct{})
	if len(o.files) == 0 {
		close(done)
		return func() { <-done }
	}
	said := texts(set.Errors)
	changed := func() []string {
		next, plan, err := m.Load(o.files...)
		if err != nil {
			out.say("serviceview: %v", err)
			return set.Dirs
		}
		set = next
		// First the message and then the changes, so that what is printed next
		// can be understood.
		if !plan.Empty() {
			live.Message("%s", planText(plan))
		}
		refused := m.Apply(ctx, plan)
		if ctx.Err() != nil {
			return nil // it did not get to do it all
		}
		if now := texts(set.Errors); refused != nil || !slices.Equal(now, said) {
			said = now
			reportErrors(out, set, refused)
			if len(now) == 0 {
				out.say("all manifests are in order again")
			}
		}
		return set.Dirs
	}
	go func() {
		defer close(done)
		err := mirror.Watch(ctx, o.files, set.Dirs, changed, func(err error) {
			out.say("serviceview: %v", err)
		})
		if err != nil {
			out.say("serviceview: %v; changes of files are not seen", err)
		}
	}()
	return func() { <-done }
}

// planText names what the files have changed, the first few of it.
func planText(p mirror.Plan) string {
	var parts []string
	for _, list := range []struct {
		verb    string
		objects []manifest.Object
	}{{"created", p.Create}, {"updated", p.Update}, {"deleted", p.Delete}} {
		for _, o := range list.objects {
			parts = append(parts, fmt.Sprintf("%s %s (%s)", list.verb, o.ID(), o.At))
		}
	}
	const most = 5
	if more := len(parts) - most; more > 0 {
		parts = append(parts[:most], fmt.Sprintf("and %d more", more))
	}
	return "files: " + strings.Join(parts, ", ")
}

func texts(errs []*manifest.Error) []string {
	var out []string
	for _, e := range errs {
		out = append(out, e.Error())
	}
	return out
}

func reportErrors(out output, set *manifest.Set, refused error) {
	for _, e := range set.Errors {
		out.say("%v", e)
	}
	if refused != nil {
		out.say("%v", refused)
	}
}

// reportLoaded counts what was loaded, and what was not because the server does not
// serve it.
func reportLoaded(out output, set *manifest.Set) {
	count := map[string]int{}
	for _, o := range set.Objects {
		count[o.Content.GetKind()]++
	}
	text := fmt.Sprintf("loaded %s from %s", number(len(set.Objects), "object"), number(len(set.Files), "file"))
	kinds := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	var parts []string
	for _, kind := range kinds {
		parts = append(parts, fmt.Sprintf("%d %s", count[kind], kind))
	}
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	out.say("%s", text)

	type group struct {
		kind   schema.GroupVersionKind
		reason string
	}
	files := map[group][]string{}
	total := map[group]int{}
	for _, s := range set.Skipped {
		g := group{s.Kind, s.Reason}
		files[g] = append(files[g], fmt.Sprintf("%s (%d)", s.File, s.Count))
		total[g] += s.Count
	}
	for _, g := range slices.SortedFunc(maps.Keys(files), func(a, b group) int {
		return cmp.Or(cmp.Compare(a.kind.String(), b.kind.String()), cmp.Compare(a.reason, b.reason))
	}) {
		out.say("skipped %d %s %s: %s\n  in %s", total[g], g.kind.GroupVersion(), g.kind.Kind, g.reason, strings.Join(files[g], "\n     "))
	}
}

func number(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
