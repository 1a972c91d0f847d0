// SPDX-License-Identifier: Apache-2.0

// Package apiserver runs a real Kubernetes API server, with its etcd, for tests.
//
// There is nothing to install and no image to pull: kube-apiserver and etcd are
// Go modules, so [Binary] builds them into one program, once, and keeps it in
// the user's cache folder. [Start] runs that program on 127.0.0.1 with
// certificates of its own and RBAC on, and returns when it serves, about two
// seconds later.
//
//	server, err := apiserver.Start(ctx)
//	if err != nil {
//		return err
//	}
//	defer server.Stop()
//	client, err := dynamic.NewForConfig(server.RESTConfig())
//
// # Guarantees
//
//   - Start returns when /readyz says ok, the default namespace exists and
//     services get cluster IPs.
//   - [Server.Kill] is SIGKILL. [Server.Restart] serves the same data on the same
//     address with the same certificates.
//   - Only 127.0.0.1 is listened on, by the API server; etcd is on a unix socket in a
//     folder that only the user can enter.
//   - After [Server.Stop] no process, goroutine or file of the server is left.
//   - No process is left either if the program that called Start dies, even by
//     SIGKILL: the processes end with a pipe that it holds. Files are then left, in
//     the folder for temporary ones.
//   - Any number of servers can run at once, in any number of processes.
//
// # What it is not
//
// There is no controller manager, scheduler or kubelet: a Deployment makes no
// pods, a deleted namespace stays Terminating, an owner's deletion collects
// nothing. The ServiceAccount admission plugin is off, because nothing here makes
// the service account that it asks for in every pod's namespace. Everything else
// is as kube-apiserver has it by default.
//
// A caller must not keep files in the server's folder, nor use the server's
// configurations after Stop.
//
// # When it does not work
//
// Errors carry the end of the log of the process that failed. [Server.LogFile] is
// the whole log of a running server.
package apiserver
