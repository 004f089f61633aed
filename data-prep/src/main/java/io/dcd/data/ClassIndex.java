package io.dcd.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The classes of a data set in label order, found by label or by wnid. */
public final class ClassIndex implements Serializable {
    private static final long serialVersionUID = 1L;

    private final List<ImageClass> classes;
    private final Map<String, ImageClass> byWnid;

    private ClassIndex(List<ImageClass> classes) {
        this.classes = classes;
        this.byWnid = new HashMap<>();
        classes.forEach(each -> byWnid.put(each.wnid(), each));
    }

    /** Numbers the classes by their wnid in sorted order, as every ImageNet recipe does. */
    public static ClassIndex ofWords(Map<String, String> wordsByWnid) {
        List<ImageClass> classes = new ArrayList<>();
        new TreeMap<>(wordsByWnid).forEach((wnid, words) -> classes.add(new ImageClass(classes.size(), wnid, words)));
        return new ClassIndex(List.copyOf(classes));
    }

    /** @throws DataException if labels are not 0, 1, 2 … in the sorted order of the wnids */
    public static ClassIndex of(List<ImageClass> classes) {
        for (int i = 0; i < classes.size(); i++) {
            boolean sorted =
                    i == 0 || classes.get(i - 1).wnid().compareTo(classes.get(i).wnid()) < 0;
            if (classes.get(i).label() != i || !sorted) {
                throw new DataException("class index: entry " + i + " is " + classes.get(i)
                        + ", but labels must be the ranks of the sorted wnids; prepare the data again with `dcd prep`");
            }
        }
        return new ClassIndex(List.copyOf(classes));
    }

    public int size() {
        return classes.size();
    }

    /** In label order. */
    public List<ImageClass> classes() {
        return classes;
    }

    public ImageClass ofLabel(int label) {
        return classes.get(label);
    }

    public boolean contains(String wnid) {
        return byWnid.containsKey(wnid);
    }

    /** @throws DataException if there is no such class */
    public ImageClass ofWnid(String wnid) {
        ImageClass found = byWnid.get(wnid);
        if (found == null) {
            throw new DataException("no class " + wnid + " among the " + classes.size() + " classes of the data set");
        }
        return found;
    }
}
