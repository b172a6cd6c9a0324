/* What a made-up /proc says of containers: whose they are, where they reach this machine, what they publish. */
#include "../tree.h"

#include "answers/box.h"
#include "answers/engine.h"
#include "answers/machine.h"

#define ID "4f1c2a9be07d53186d2f0e4c7b9a8d1e6f5c3b2a1908f7e6d5c4b3a291807f6e"
#define OTHER "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void
put_link(struct tree *t, const char *path, const char *target)
{
	tree_mkdir(t, fs_dirname(&t->arena, path));
	assert_int_equal(symlink(target, tree_path(t, path)), 0);
}

static void
put(struct tree *t, const char *path, const char *text)
{
	tree_mkdir(t, fs_dirname(&t->arena, path));
	tree_write(t, path, text);
}

/* Every way in which the engines name a control group, and what only looks like one. */
static void
test_ids(void **state)
{
	static const struct {
		const char *groups, *engine;
	} cases[] = {
		{ "12:pids:/docker/" ID "\n1:name=systemd:/docker/" ID "\n", "Docker" },
		{ "0::/system.slice/docker-" ID ".scope\n", "Docker" },
		{ "0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID ".scope\n", "Docker" },
		{ "0::/machine.slice/libpod-" ID ".scope/container\n", "Podman" },
		{ "0::/system.slice/web.service/libpod-payload-" ID "\n", "Podman" },
		{ "0::/libpod_parent/libpod-" ID "\n", "Podman" },
		{ "0::/system.slice/docker.service\n", NULL },
		{ "0::/system.slice/docker-4f1c2a9be07d.scope\n", NULL },
		{ "0::/kubepods.slice/cri-containerd-" ID ".scope\n", NULL },
		{ "0::/system.slice/nginx.service\n", NULL },
		{ "0::/system.slice/docker-" OTHER ".scope\n", NULL }, /* the one that we are in ourselves */
		{ "", NULL },
	};
	struct tree *t = *state;
	const char *proc = tree_path(t, "/proc");

	put(t, "/proc/self/cgroup", "0::/system.slice/docker-" OTHER ".scope\n");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct engine *engine = NULL;
		const char *id;

		put(t, "/proc/12/cgroup", cases[i].groups);
		id = box_id(&t->arena, proc, 12, &engine);
		if (!cases[i].engine) {
			assert_null(id);
			continue;
		}
		assert_string_equal(id, ID);
		assert_string_equal(engine->name, cases[i].engine);
	}
	assert_null(box_id(&t->arena, proc, 13, &(const struct engine *){ NULL }));
}

/* A container with a network of its own, beside the relay of a port that leads to it and of one that does not. */
static void
make_proc(struct tree *t)
{
	put(t, "/proc/self/cgroup", "0::/\n");
	put_link(t, "/proc/self/ns/mnt", "mnt:[1]");
	put_link(t, "/proc/self/ns/net", "net:[1]");
	put(t, "/proc/12/cgroup", "0::/system.slice/docker-" ID ".scope\n");
	put_link(t, "/proc/12/ns/mnt", "mnt:[2]");
	put_link(t, "/proc/12/ns/net", "net:[2]");
	tree_mkdir(t, "/proc/12/root/etc");
	put(t, "/proc/12/net/route",
	    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
	    "eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
	    "eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n");
	put(t, "/proc/12/net/fib_trie",
	    "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 172.17.0.20\n        /32 link UNICAST\n     |-- 172.17.0.2\n        /32 host LOCAL\n");
	put_link(t, "/proc/30/exe", "/usr/bin/docker-proxy");
	put(t, "/proc/30/stat", "30 (docker-proxy) S 1 30");
	put_link(t, "/proc/31/exe", "/usr/bin/docker-proxy");
	put(t, "/proc/31/stat", "31 (docker-proxy) S 1 31");
}

static void
put_relay(struct tree *t, int pid, const char *to)
{
	const char *words[] = { "/usr/bin/docker-proxy", "-proto", "tcp", "-host-ip", "192.168.1.5", "-host-port", "8443",
		                "-container-ip", to, "-container-port", "443", "-use-listen-fd" };
	FILE *f = fopen(tree_path(t, arena_printf(&t->arena, "/proc/%d/cmdline", pid)), "w");

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		fwrite(words[i], 1, strlen(words[i]) + 1, f);
	fclose(f);
}

static void
test_network(void **state)
{
	struct tree *t = *state;
	struct listener l[] = { { .address = "127.0.0.1", .port = 3000, .loopback = true },
		                { .address = "172.17.0.1", .port = 3001 },
		                { .address = "0.0.0.0", .port = 3002 },
		                { .address = "192.168.1.5", .port = 3003 },
		                { .address = "127.0.0.1", .port = 3002, .loopback = true } };
	struct machine m = { .listeners = l, .n_listeners = ARRAY_LEN(l) };
	struct box b;

	make_proc(t);
	put_relay(t, 30, "172.17.0.2");
	put_relay(t, 31, "172.17.0.20");
	box_read(&b, &t->arena, tree_path(t, "/proc"), 12);
	assert_string_equal(b.engine->name, "Docker");
	assert_string_equal(b.name, "4f1c2a9be07d");
	assert_false(b.shares_network);
	assert_false(b.told);
	assert_string_equal(b.gateway, "172.17.0.1");
	assert_null(b.host_name);
	assert_int_equal(b.n_ports, 1);
	assert_string_equal(b.ports[0].address, "192.168.1.5");
	assert_int_equal(box_port_inside(&b, 8443), 443);
	assert_int_equal(box_port_outside(&b, 443), 8443);
	assert_int_equal(box_port_inside(&b, 443), 0);
	box_note_listeners(&b, &m);
	assert_true(box_is_deaf(&b, 3000));
	assert_false(box_is_deaf(&b, 3001));
	assert_false(box_is_deaf(&b, 3002));
	assert_true(box_is_deaf(&b, 3003));
	assert_false(box_is_deaf(&b, 3004)); /* nobody is there at all */

	/* A name of the list of hosts says it better than the way out; its loopback is no way to us. */
	put(t, "/proc/12/root/etc/hosts", "127.0.0.1 localhost\n10.0.2.2 other host.containers.internal # us\n");
	box_read(&b, &t->arena, tree_path(t, "/proc"), 12);
	assert_string_equal(b.host_name, "host.containers.internal");
	assert_string_equal(b.gateway, "10.0.2.2");
	put(t, "/proc/12/root/etc/hosts", "127.0.0.1 host.docker.internal\n");
	box_read(&b, &t->arena, tree_path(t, "/proc"), 12);
	assert_null(b.host_name);
	assert_string_equal(b.gateway, "172.17.0.1");
}

/* Without a relay nobody knows what is published until its engine tells: then the ports are taken for the same. */
static void
test_unseen(void **state)
{
	static const char said[] = "{\"Id\":\"" ID "\",\"Name\":\"/my-web\",\"State\":{\"Pid\":12},\"Config\":{\"Image\":\"nginx:1\\u001b[31m\"},"
		"\"HostConfig\":{\"NetworkMode\":\"bridge\"},\"NetworkSettings\":{\"Ports\":{\"443/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"8443\"},"
		"{\"HostIp\":\"::\",\"HostPort\":\"8443\"}],\"80/tcp\":null,\"53/udp\":[{\"HostIp\":\"\",\"HostPort\":\"53\"}],"
		"\"81/tcp\":[{\"HostIp\":\"nowhere\",\"HostPort\":\"81\"},{\"HostIp\":\"\",\"HostPort\":\"0\"}]}}}";
	struct tree *t = *state;
	struct err e = { 0 };
	struct json *j = json_parse(said, strlen(said), "said", &e), *bad;
	struct box b;

	make_proc(t);
	box_read(&b, &t->arena, tree_path(t, "/proc"), 12);
	assert_false(b.ports_seen);
	assert_int_equal(box_port_inside(&b, 8443), 8443);
	engine_take(&b, j);
	assert_true(b.told);
	assert_string_equal(b.name, "my-web");
	assert_null(strchr(b.image, '\033'));
	assert_int_equal(b.n_ports, 1);
	assert_string_equal(b.ports[0].address, "");
	assert_int_equal(box_port_inside(&b, 8443), 443);
	assert_int_equal(box_port_inside(&b, 80), 0);
	json_free(j);

	/* What a command would take for an option is no name. */
	bad = json_parse("{\"Name\":\"/--rm\"}", 16, "said", &e);
	box_read(&b, &t->arena, tree_path(t, "/proc"), 12);
	engine_take(&b, bad);
	assert_string_equal(b.name, "4f1c2a9be07d");
	json_free(bad);
}

/*
 * What a real Docker 20.10.24 and a real Podman 4.3.1 said of one container, over their APIs and by
 * `podman inspect': the bytes, but for paths.
 */
static void
test_engines(void **state)
{
	static const char *const said[] = { "tests/boxes/docker-inspect.json", "tests/boxes/podman-inspect.json",
		                            "tests/boxes/podman-command.json" };
	char data[] = "/data", certs[] = "/etc/certs";
	struct tree *t = *state;
	struct err e = { 0 };

	make_proc(t);
	for (size_t i = 0; i < ARRAY_LEN(said); i++) {
		struct buf text = BUF_INIT;
		struct json *j;
		struct box b;

		assert_int_equal(fs_read(&text, said[i], 1 << 20, &e), 0);
		j = json_parse(text.s, text.len, said[i], &e);
		assert_non_null(j);
		box_read(&b, &t->arena, tree_path(t, "/proc"), 12);
		b.mounts = (struct box_mount[]){ { .inside = data }, { .inside = certs, .volume = true } };
		b.n_mounts = 2;
		engine_take(&b, json_get(j, "Id") ? j : json_at(j, 0));
		assert_true(b.told);
		assert_string_equal(b.name, "web");
		assert_non_null(strstr(b.image, "local/web"));
		assert_int_equal(b.n_ports, 2);
		assert_int_equal(box_port_inside(&b, 8443), 443);
		assert_int_equal(box_port_inside(&b, 8080), 80);
		assert_string_equal(b.ports[0].address, "");
		assert_true(b.mounts[0].volume);
		assert_false(b.mounts[1].volume);
		json_free(j);
		buf_free(&text);
	}
}

/* An ordinary user sees that there is one, and no more. */
static void
test_closed(void **state)
{
	struct tree *t = *state;
	struct box b;

	put(t, "/proc/self/cgroup", "0::/\n");
	put(t, "/proc/12/cgroup", "0::/docker/" ID "\n");
	box_read(&b, &t->arena, tree_path(t, "/proc"), 12);
	assert_true(b.closed);
	assert_string_equal(b.name, "4f1c2a9be07d");
	assert_int_equal(b.n_mounts, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ids, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_engines, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_network, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_unseen, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_closed, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
