// TypeScript that Node runs as it is: it blanks the types out.
interface Item {
  readonly name: string;
  readonly price: number;
}

class Shop<T extends Item> {
  readonly #items: readonly T[];

  constructor(items: readonly T[]) {
    this.#items = items;
  }

  total(filter: (item: T) => boolean): number {
    let sum: number = 0;
    for (const item of this.#items.filter(filter) as T[]) {
      const label: string = `${item.name satisfies string} “ü”`;
      if (item.price > 2) throw new Error(`no price for ${label}`);
      sum += item.price;
    }
    return sum;
  }
}

const shop = new Shop<Item>([
  { name: 'apple', price: 1 },
  { name: 'plum', price: 3 },
]);
setTimeout(function later(): void {
  console.log(shop.total((item: Item): boolean => item.price > 0));
}, 1);
