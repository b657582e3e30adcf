"""Just enough C++ to check generated HLS kernels: tokens, functions, declarations. Shared by check_hls_api and check_dataflow."""

import re

KEYWORDS = set("""alignas auto bool break case char class const constexpr continue default delete do double else enum
explicit extern false float for friend if inline int long namespace new operator private protected public return short
signed sizeof static static_assert static_cast struct switch template this true typedef typename union unsigned using
virtual void volatile while""".split())

TOKEN = re.compile(r"""
    (?P<pragma>\#[^\n]*) | (?P<name>[A-Za-z_]\w*) | (?P<number>\.?\d(?:[eEpP][+-]|[\w.])*) | (?P<string>"(?:\\.|[^"\\])*")
  | (?P<char>'(?:\\.|[^'\\])*') | (?P<op>::|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^=]=|.)""", re.X)


class Token:
    def __init__(self, kind, text, line):
        self.kind, self.text, self.line = kind, text, line

    def __repr__(self):
        return f"{self.text!r}@{self.line}"


def tokenize(text):
    """Tokens without comments and spaces; preprocessor lines are one token of kind 'pragma'."""
    blank = lambda match: re.sub(r"[^\n]", " ", match.group())
    text = re.sub(r"//[^\n]*|/\*.*?\*/", blank, text, flags=re.S)
    text = text.replace("\\\n", "  ")
    tokens, line, at = [], 1, 0
    while at < len(text):
        if text[at].isspace():
            line += text[at] == "\n"
            at += 1
            continue
        match = TOKEN.match(text, at)
        tokens.append(Token(match.lastgroup, match.group().rstrip(), line))
        line += match.group().count("\n")
        at = match.end()
    return tokens


def matching(tokens, start):
    """Index of the bracket that closes tokens[start]."""
    pairs = {"(": ")", "{": "}", "[": "]", "<": ">"}
    opening, closing = tokens[start].text, pairs[tokens[start].text]
    depth = 0
    for index in range(start, len(tokens)):
        text = tokens[index].text
        if text == opening:
            depth += 1
        elif text == closing:
            depth -= 1
        elif opening == "<" and text == ">>":
            depth -= 2
        if depth <= 0:
            return index
    raise SyntaxError(f"line {tokens[start].line}: '{opening}' is never closed")


def split_commas(tokens):
    """The token lists between commas outside brackets."""
    parts, depth = [[]], 0
    for token in tokens:
        depth += (token.text in ("(", "[", "{", "<")) - (token.text in (")", "]", "}", ">")) - 2 * (token.text == ">>")
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


class Parameter:
    """A function parameter: a stream (by reference), a pointer, or a scalar."""

    def __init__(self, tokens):
        texts = [token.text for token in tokens]
        self.name = next(token.text for token in reversed(tokens) if token.kind == "name")
        self.type = " ".join(texts[:-1])
        self.is_stream = "stream" in texts
        self.is_reference = "&" in texts
        self.is_pointer = "*" in texts or "[" in texts
        self.is_const = texts[0] == "const"


class Function:
    """A function definition at namespace scope."""

    def __init__(self, head, parameters, body, line):
        self.name = head[-1].text
        self.specifiers = [token.text for token in head[:-1]]
        self.parameters = [Parameter(part) for part in split_commas(parameters) if [t.text for t in part] != ["void"]]
        self.body, self.line = body, line


def functions(tokens):
    """All functions that are defined at namespace scope (or inside extern "C" or a namespace)."""
    found, index, statement = [], 0, 0
    while index < len(tokens):
        token = tokens[index]
        if token.kind == "pragma" or token.text in (";", "}"):
            statement = index + 1
        elif token.text == "{":
            head = tokens[statement:index]
            texts = [t.text for t in head]
            if "(" in texts and "=" not in texts:
                opening = texts.index("(")
                closing = matching(head, opening)
                close = matching(tokens, index)
                found.append(Function(head[:opening], head[opening + 1:closing], tokens[index + 1:close], token.line))
                index = close
            elif "namespace" not in texts and "extern" not in texts:
                index = matching(tokens, index)
            statement = index + 1
        index += 1
    return found
