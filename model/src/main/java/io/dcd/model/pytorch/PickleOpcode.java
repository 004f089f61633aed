package io.dcd.model.pytorch;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The opcodes of Python's pickles that a file of tensors needs; their names and codes are those of Python's module {@code
 * pickletools}. Whatever else a pickle can do (make instances, call by other ways, reach Python's extension registry) is
 * not here and so cannot happen.
 */
enum PickleOpcode {
    PROTO(0x80),
    FRAME(0x95),
    STOP('.'),
    MARK('('),
    NONE('N'),
    NEWTRUE(0x88),
    NEWFALSE(0x89),
    INT('I'),
    BININT('J'),
    BININT1('K'),
    BININT2('M'),
    LONG1(0x8A),
    BINFLOAT('G'),
    BINSTRING('T'),
    SHORT_BINSTRING('U'),
    BINUNICODE('X'),
    SHORT_BINUNICODE(0x8C),
    EMPTY_LIST(']'),
    APPEND('a'),
    APPENDS('e'),
    EMPTY_TUPLE(')'),
    TUPLE('t'),
    TUPLE1(0x85),
    TUPLE2(0x86),
    TUPLE3(0x87),
    EMPTY_DICT('}'),
    SETITEM('s'),
    SETITEMS('u'),
    BINPUT('q'),
    LONG_BINPUT('r'),
    MEMOIZE(0x94),
    BINGET('h'),
    LONG_BINGET('j'),
    GLOBAL('c'),
    STACK_GLOBAL(0x93),
    REDUCE('R'),
    BUILD('b'),
    BINPERSID('Q');

    private static final Map<Integer, PickleOpcode> BY_CODE =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(opcode -> opcode.code, Function.identity()));

    /** The names of those that are refused, for the message. */
    private static final Map<Integer, String> REFUSED = Map.ofEntries(
            Map.entry((int) 'i', "INST"),
            Map.entry((int) 'o', "OBJ"),
            Map.entry(0x81, "NEWOBJ"),
            Map.entry(0x92, "NEWOBJ_EX"),
            Map.entry(0x82, "EXT1"),
            Map.entry(0x83, "EXT2"),
            Map.entry(0x84, "EXT4"),
            Map.entry((int) 'P', "PERSID"),
            Map.entry((int) '0', "POP"),
            Map.entry((int) '1', "POP_MARK"),
            Map.entry((int) '2', "DUP"),
            Map.entry((int) 'g', "GET"),
            Map.entry((int) 'p', "PUT"),
            Map.entry((int) 'l', "LIST"),
            Map.entry((int) 'd', "DICT"),
            Map.entry((int) 'L', "LONG"),
            Map.entry((int) 'F', "FLOAT"),
            Map.entry((int) 'S', "STRING"),
            Map.entry((int) 'V', "UNICODE"),
            Map.entry((int) 'B', "BINBYTES"),
            Map.entry((int) 'C', "SHORT_BINBYTES"),
            Map.entry(0x8B, "LONG4"),
            Map.entry(0x8D, "BINUNICODE8"),
            Map.entry(0x8E, "BINBYTES8"),
            Map.entry(0x8F, "EMPTY_SET"),
            Map.entry(0x90, "ADDITEMS"),
            Map.entry(0x91, "FROZENSET"),
            Map.entry(0x96, "BYTEARRAY8"),
            Map.entry(0x97, "NEXT_BUFFER"),
            Map.entry(0x98, "READONLY_BUFFER"));

    private final int code;

    PickleOpcode(int code) {
        this.code = code;
    }

    /** @throws TorchFileException that names the opcode, if it is not one of these */
    static PickleOpcode of(int code, int position) {
        PickleOpcode opcode = BY_CODE.get(code);
        if (opcode == null) {
            String name = REFUSED.containsKey(code) ? REFUSED.get(code) : "0x%02X".formatted(code);
            throw new TorchFileException("its pickle has the opcode %s at byte %d, which no file of tensors needs; %s"
                    .formatted(name, position, TorchVocabulary.REMEDY));
        }
        return opcode;
    }
}
