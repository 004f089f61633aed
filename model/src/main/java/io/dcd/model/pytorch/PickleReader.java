package io.dcd.model.pytorch;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads Python's pickles as data and executes nothing: what the names in a pickle mean is a {@link PickleVocabulary}'s
 * to say, and only the opcodes of {@link PickleOpcode} exist. None, numbers, strings, lists, tuples and dictionaries
 * become null, {@link Long} or {@link BigInteger}, {@link Double}, {@link Boolean}, {@link String}, {@link List} and
 * {@link Map}.
 *
 * <p>Untrusted input is bounded: a length is held against the bytes that are there before anything is allocated, the
 * number of operations bounds stack, memo and containers, and no value is walked recursively (values shared through the
 * memo may be of exponential size when written out).
 *
 * <p>No library was found that can be locked down so far. {@code net.razorvine:pickle}, which Spark brings, takes names
 * from one registry for the whole process, makes dictionaries of unknown classes instead of refusing them, calls {@code
 * __setstate__} by reflection, allocates what a length says, and lets no subclass change any of it.
 */
final class PickleReader {
    /** About ten times what ResNet-50 with its optimiser's state takes. */
    private static final int MAXIMUM_OPERATIONS = 1 << 20;

    /** Names of modules and classes, and numbers in decimal. */
    private static final int MAXIMUM_LINE = 200;

    private static final int HIGHEST_PROTOCOL = 5;

    /** On the stack, where a group of operands begins. */
    private static final Object MARK = new Object();

    private final ByteBuffer bytes;
    private final PickleVocabulary vocabulary;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();
    private int operations;

    /** A reader of the pickle that begins at the position of {@code bytes}. */
    PickleReader(ByteBuffer bytes, PickleVocabulary vocabulary) {
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
        this.vocabulary = vocabulary;
    }

    /**
     * The pickled value; the buffer's position is behind the pickle afterwards.
     *
     * @throws TorchFileException if it is damaged or asks for what is not allowed
     */
    Object read() {
        try {
            PickleOpcode opcode = next();
            while (opcode != PickleOpcode.STOP) {
                run(opcode);
                opcode = next();
            }
            Object value = pop();
            require(stack.isEmpty(), "values are left behind its end");
            return value;
        } catch (BufferUnderflowException e) {
            throw new TorchFileException("it ends in the midst of its pickle: the file is cut short", e);
        }
    }

    private PickleOpcode next() {
        require(++operations <= MAXIMUM_OPERATIONS, "it has more than %d operations", MAXIMUM_OPERATIONS);
        return PickleOpcode.of(unsignedByte(), bytes.position() - 1);
    }

    private void run(PickleOpcode opcode) {
        switch (opcode) {
            case PROTO -> {
                int protocol = unsignedByte();
                require(protocol <= HIGHEST_PROTOCOL, "its protocol is %d", protocol);
            }
            case FRAME -> bytes.getLong();
            case STOP -> throw new AssertionError("handled by the loop");
            case MARK -> stack.add(MARK);
            case NONE -> stack.add(null);
            case NEWTRUE -> stack.add(true);
            case NEWFALSE -> stack.add(false);
            case INT -> stack.add(decimal(line()));
            case BININT -> stack.add((long) bytes.getInt());
            case BININT1 -> stack.add((long) unsignedByte());
            case BININT2 -> stack.add((long) Short.toUnsignedInt(bytes.getShort()));
            case LONG1 -> stack.add(integer(take(unsignedByte())));
            case BINFLOAT -> stack.add(Double.longBitsToDouble(Long.reverseBytes(bytes.getLong())));
            // Python 2 writes its strings so; those of a state dictionary are ASCII.
            case BINSTRING -> stack.add(text(bytes.getInt()));
            case SHORT_BINSTRING, SHORT_BINUNICODE -> stack.add(text(unsignedByte()));
            case BINUNICODE -> stack.add(text(bytes.getInt()));
            case EMPTY_LIST -> stack.add(new ArrayList<>());
            case APPEND -> {
                Object value = pop();
                list().add(value);
            }
            case APPENDS -> {
                List<Object> values = group();
                list().addAll(values);
            }
            case EMPTY_TUPLE -> stack.add(List.of());
            case TUPLE -> stack.add(Collections.unmodifiableList(group()));
            case TUPLE1 -> tuple(1);
            case TUPLE2 -> tuple(2);
            case TUPLE3 -> tuple(3);
            case EMPTY_DICT -> stack.add(new LinkedHashMap<>());
            case SETITEM -> {
                Object value = pop();
                Object key = pop();
                put(dictionary(), key, value);
            }
            case SETITEMS -> {
                List<Object> items = group();
                require(items.size() % 2 == 0, "a dictionary has a key without a value");
                Map<Object, Object> target = dictionary();
                for (int i = 0; i < items.size(); i += 2) {
                    put(target, items.get(i), items.get(i + 1));
                }
            }
            case BINPUT -> memo.put(unsignedByte(), top());
            case LONG_BINPUT -> memo.put(bytes.getInt(), top());
            case MEMOIZE -> memo.put(memo.size(), top());
            case BINGET -> recall(unsignedByte());
            case LONG_BINGET -> recall(bytes.getInt());
            case GLOBAL -> {
                String module = line();
                stack.add(vocabulary.global(module, line()));
            }
            case STACK_GLOBAL -> {
                Object name = pop();
                Object module = pop();
                require(module instanceof String && name instanceof String, "a global's name is no string");
                stack.add(vocabulary.global((String) module, (String) name));
            }
            case REDUCE -> {
                List<Object> arguments = sequence(pop(), "the arguments of a call");
                stack.add(vocabulary.call(pop(), arguments));
            }
            case BUILD -> {
                Object state = pop();
                vocabulary.build(top(), state);
            }
            case BINPERSID -> stack.add(vocabulary.persistent(pop()));
        }
    }

    /** {@code value} as a list or tuple. */
    @SuppressWarnings("unchecked") // this class makes lists of objects alone
    static List<Object> sequence(Object value, String what) {
        if (value instanceof List<?> list) {
            return (List<Object>) list;
        }
        throw damaged("%s are no tuple", what);
    }

    /** Sets an item; keys of other types could be made to take forever to hash. */
    static void put(Map<Object, Object> dictionary, Object key, Object value) {
        if (!(key instanceof String || key instanceof Long)) {
            throw damaged("the key of a dictionary is neither a string nor a whole number");
        }
        dictionary.put(key, value);
    }

    private Object top() {
        require(!stack.isEmpty(), "an operand is missing");
        Object value = stack.get(stack.size() - 1);
        require(value != MARK, "an operand is missing");
        return value;
    }

    private Object pop() {
        Object value = top();
        stack.remove(stack.size() - 1);
        return value;
    }

    /** The operands above the last mark, which are taken from the stack with it. */
    private List<Object> group() {
        int mark = stack.size() - 1;
        while (mark >= 0 && stack.get(mark) != MARK) {
            mark--;
        }
        require(mark >= 0, "a mark is missing");
        List<Object> values = new ArrayList<>(stack.subList(mark + 1, stack.size()));
        stack.subList(mark, stack.size()).clear();
        return values;
    }

    private void tuple(int size) {
        List<Object> values = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            values.add(0, pop());
        }
        stack.add(Collections.unmodifiableList(values));
    }

    private List<Object> list() {
        require(top() instanceof ArrayList, "something is appended to what is no list");
        return sequence(top(), "the items of a list");
    }

    @SuppressWarnings("unchecked") // this class and the vocabulary make maps of objects alone
    private Map<Object, Object> dictionary() {
        if (top() instanceof Map<?, ?> map) {
            return (Map<Object, Object>) map;
        }
        throw damaged("an item is set in what is no dictionary");
    }

    private void recall(int index) {
        require(memo.containsKey(index), "it refers to value %d, which it does not have", index);
        stack.add(memo.get(index));
    }

    private int unsignedByte() {
        return Byte.toUnsignedInt(bytes.get());
    }

    private byte[] take(int length) {
        if (length < 0 || length > bytes.remaining()) {
            throw damaged(
                    "a string of %d bytes is announced at byte %d, but only %d follow",
                    Integer.toUnsignedLong(length), bytes.position(), bytes.remaining());
        }
        byte[] taken = new byte[length];
        bytes.get(taken);
        return taken;
    }

    private String text(int length) {
        return new String(take(length), StandardCharsets.UTF_8);
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        for (int next = unsignedByte(); next != '\n'; next = unsignedByte()) {
            require(line.length() < MAXIMUM_LINE, "a line is longer than %d characters", MAXIMUM_LINE);
            line.append((char) next);
        }
        return line.toString();
    }

    /** Python 2's INT; 00 and 01 are its truth values. */
    private static Object decimal(String digits) {
        if (digits.equals("00") || digits.equals("01")) {
            return digits.equals("01");
        }
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw damaged("'%s' is no whole number", digits);
        }
    }

    /** Two's complement, lowest byte first; no bytes are 0. */
    private static Object integer(byte[] littleEndian) {
        if (littleEndian.length == 0) {
            return 0L;
        }
        byte[] bigEndian = new byte[littleEndian.length];
        for (int i = 0; i < bigEndian.length; i++) {
            bigEndian[i] = littleEndian[littleEndian.length - 1 - i];
        }
        BigInteger value = new BigInteger(bigEndian);
        if (value.bitLength() < Long.SIZE) {
            return value.longValue();
        }
        return value;
    }

    private static void require(boolean condition, String reason, Object... arguments) {
        if (!condition) {
            throw damaged(reason, arguments);
        }
    }

    private static TorchFileException damaged(String reason, Object... arguments) {
        return new TorchFileException("its pickle is damaged: " + reason.formatted(arguments));
    }
}
