/*
 * YAML: any bytes are a tree or a refusal with its place, and a quoted text
 * reads back as itself.
 */
#include "fuzz.h"

#include "base/yml.h"

static void
walk(const struct yml_node *n, int depth)
{
	for (; n; n = n->next) {
		assert(n->line >= 1 && n->column >= 1);
		assert(depth < 1000);
		if (n->kind == YML_SCALAR)
			assert(n->value && text_is_utf8(n->value, strlen(n->value)));
		else
			walk(n->child, depth + 1);
	}
}

static void
quote(const char *text)
{
	struct buf doc = BUF_INIT;
	struct err e = { 0 };
	struct yml_node *root;

	buf_puts(&doc, "a: {b: ");
	yml_quote(&doc, text);
	buf_puts(&doc, ", c: [");
	yml_quote(&doc, text);
	buf_puts(&doc, "]}\n");
	root = yml_parse(doc.s, doc.len, "quoted.yaml", &e);
	assert(root);
	assert(strcmp(yml_get(root->child, "b")->value, text) == 0);
	assert(strcmp(yml_get(root->child, "c")->child->value, text) == 0);
	yml_free(root);
	buf_free(&doc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size);
	struct err e = { 0 };
	struct yml_node *root = yml_parse((const char *)data, size, "fuzz.yaml", &e);

	if (root)
		walk(root, 0);
	else
		must_be_a_sentence(&e);
	yml_free(root);
	if (text_is_utf8(text, strlen(text)))
		quote(text);
	free(text);
	return 0;
}
