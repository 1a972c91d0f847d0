// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"go.etcd.io/etcd/server/v3/embed"
)

// serveEtcd runs a single etcd member on unix sockets until SIGTERM or an
// interrupt. Unix sockets need no free port, and only the owner of their folder
// can connect.
func serveEtcd(args []string) error {
	flags := flag.NewFlagSet("etcd", flag.ContinueOnError)
	dir := flags.String("dir", "", "folder of the data")
	socket := flags.String("socket", "", "unix socket for clients; the peers' is beside it, with .peer appended")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *dir == "" || *socket == "" || flags.NArg() > 0 {
		return errors.New("want -dir DIR -socket FILE and nothing else")
	}

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(stop)

	cfg := embed.NewConfig()
	cfg.Dir = *dir
	cfg.LogLevel = "warn"
	cfg.LogOutputs = []string{embed.StdErrLogOutput}
	client := url.URL{Scheme: "unix", Path: *socket}
	peer := url.URL{Scheme: "unix", Path: *socket + ".peer"}
	cfg.ListenClientUrls, cfg.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	cfg.ListenPeerUrls, cfg.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	cfg.InitialCluster = cfg.InitialClusterFromName(cfg.Name)
	// fsync protects from the loss of power, which no test brings about: a
	// process that is killed loses nothing that it has written.
	cfg.UnsafeNoFsync = true

	etcd, err := embed.StartEtcd(cfg)
	if err != nil {
		return fmt.Errorf("data in %s, socket %s: %w", *dir, *socket, err)
	}
	defer etcd.Close()
	select {
	case <-stop:
		return nil
	case err := <-etcd.Err():
		return err
	}
}
