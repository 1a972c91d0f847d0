// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/krtkit/krtkit/examples/serviceview/render"
	"github.com/krtkit/krtkit/examples/serviceview/view"
	"github.com/krtkit/krtkit/kube"
)

// show runs the controller on a client: it prints the view, and, unless it is to be
// shown once, its changes until ctx ends. It calls ready between the two; what ready
// starts is over when the function that it returns has returned.
func show(ctx context.Context, o options, out output, client kube.Client, ready func(*render.Live) (wait func())) error {
	ctx, cancel := context.WithCancel(ctx)
	defer client.Shutdown()
	defer cancel()

	v := view.New(view.Watch(client, ctx.Done()), ctx.Done())
	live := &render.Live{Printer: out.printer(), JSON: o.format == "json", Now: out.Now, Current: v.Current}
	handler := v.Services.RegisterBatch(live.Handle, true)
	if err := client.Run(ctx); err != nil {
		return stopped(ctx, fmt.Errorf("reading the cluster: %w", err))
	}
	// From here on live has been told about everything that there was.
	if !handler.WaitUntilSynced(ctx.Done()) {
		return stopped(ctx, errors.New("the view did not become complete"))
	}
	if o.graph != "" || o.explain != "" {
		return inspect(ctx, o, out.Out, v)
	}
	if o.once {
		if o.format == "json" {
			return out.printer().JSON(list(v))
		}
		return out.printer().Table(list(v))
	}
	if err := live.Start(); err != nil {
		return err
	}
	wait := ready(live)
	<-ctx.Done()
	wait()
	return live.Err()
}

func list(v *view.View) []view.Service {
	services := v.Services.List()
	render.Sort(services)
	return services
}

// stopped returns nil if the user ended the program, and err if not.
func stopped(ctx context.Context, err error) error {
	select {
	case <-ctx.Done():
		return nil
	default:
		return err
	}
}
